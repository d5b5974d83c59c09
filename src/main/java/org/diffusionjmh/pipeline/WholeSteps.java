package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import java.util.function.Supplier;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.scheduler.NoiseDraw;
import org.diffusionjmh.scheduler.Step;

/**
 * Steps that a compiled module takes as a whole. If there are ControlNets, they come before it, and so does the scaling of the latents,
 * which they take too.
 */
final class WholeSteps implements Steps {
    /** Where the registers begin in the results, behind latents, model output and guided. */
    private static final int FIRST_KEPT = 3;

    private final StepForm form;
    private final Modules modules;
    private final Conditioning conditioning;
    private final RunPlan plan;
    private final NDManager manager;
    private final NDArray schedule;
    private final NDArray noNoise;
    private final Optional<ControlledInput> controlled;

    private NDList registers = new NDList();

    /** Runs the module of a step. */
    @FunctionalInterface
    interface Modules {
        /**
         * @param inputs what {@link StepForm#around} says for the whole network
         * @param owner owner of the results
         */
        NDList run(int step, NDList inputs, NDManager owner);
    }

    /**
     * @param form of the run
     * @param manager owner of what is kept from step to step
     */
    WholeSteps(
            StepForm form,
            Modules modules,
            Conditioning conditioning,
            Guidance guidance,
            RunPlan plan,
            NDManager manager) {
        this.form = form;
        this.modules = modules;
        this.conditioning = conditioning;
        this.plan = plan;
        this.manager = manager;
        this.schedule = form.schedule(plan.sampling(), guidance, manager);
        this.controlled = conditioning
                .control()
                .map(control -> new ControlledInput(control, conditioning, guidance.predictions(), plan, manager));
        try (NDArray zeros = manager.zeros(plan.latents())) {
            this.noNoise = TensorMemory.copy(zeros, noiseType(), manager);
        }
        rewind();
    }

    @Override
    public void rewind() {
        Shape latents = plan.latents();
        Shape flat = new Shape(latents.get(0), latents.get(1), latents.get(2) * latents.get(3));
        NDList zeros = new NDList();
        form.program().kept().forEach(register -> zeros.add(manager.zeros(flat)));
        keep(zeros);
    }

    private void keep(NDList newRegisters) {
        registers.close();
        newRegisters.attach(manager);
        registers = newRegisters;
    }

    @Override
    public StepListener.DenoisingStep take(int step, NDArray latents, Supplier<NDArray> noise, NDManager owner) {
        NDList inputs = new NDList(latents, schedule);
        NDArray drawn = draw(plan.sampling().steps().get(step), noise, owner);
        if (form.program().noise() != NoiseDraw.NONE) {
            inputs.add(drawn);
        }
        inputs.addAll(registers);
        if (controlled.isPresent()) {
            NDArray sample = controlled.get().sample(step, latents, owner);
            NDArray modelInput = controlled.get().modelInput(sample);
            inputs.add(sample);
            inputs.addAll(conditioning.perRun());
            inputs.addAll(controlled.get().residuals(step, modelInput, owner));
            return taken(step, modelInput, modules.run(step, inputs, owner));
        }
        if (form.image()) {
            inputs.add(conditioning.imageLatents().orElseThrow().blocks());
        }
        inputs.addAll(conditioning.perRun());
        NDList results = modules.run(step, inputs, owner);
        return taken(step, results.remove(FIRST_KEPT), results);
    }

    /** The noise of a step; zeros if it draws none, which others do. */
    private NDArray draw(Step step, Supplier<NDArray> noise, NDManager owner) {
        return step.noise() == NoiseDraw.NONE ? noNoise : TensorMemory.as(noise.get(), noiseType(), owner);
    }

    private ScalarType noiseType() {
        return ScalarType.of(form.program().noise() == NoiseDraw.FLOAT32 ? DataType.FLOAT32 : plan.dtype());
    }

    /**
     * @param results latents, model output, guided, then the registers
     */
    private StepListener.DenoisingStep taken(int step, NDArray modelInput, NDList results) {
        keep(new NDList(results.subList(FIRST_KEPT, results.size())));
        return new StepListener.DenoisingStep(
                step, plan.steps(), modelInput, results.get(1), results.get(2), results.get(0));
    }
}
