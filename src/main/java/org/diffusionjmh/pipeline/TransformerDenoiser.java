package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.diffusionjmh.compiler.ShapedModules;

/** The transformer of a pipeline, compiled for each size it is used at. */
final class TransformerDenoiser implements Denoiser {
    private final ShapedModules<Sizes> modules;
    private final Optional<StepModules<Sizes>> wholeSteps;

    /**
     * @param wholeSteps the steps around it, for a compiler that takes them
     */
    TransformerDenoiser(ShapedModules<Sizes> modules, Optional<StepModules<Sizes>> wholeSteps) {
        this.modules = modules;
        this.wholeSteps = wholeSteps;
    }

    @Override
    public Steps steps(Conditioning conditioning, Guidance guidance, RunPlan plan, NDManager manager) {
        if (plan.deepCache().isPresent()) {
            throw new IllegalArgumentException(
                    "DeepCache keeps what comes up from below a skip connection of a U-Net; a transformer has none");
        }
        Sizes sizes = Sizes.of(conditioning, guidance, plan);
        return wholeSteps
                .flatMap(steps -> steps.form(conditioning, guidance, plan.sampling())
                        .<Steps>map(form -> new WholeSteps(
                                form,
                                (step, inputs, owner) -> steps.of(sizes, form).run(step, inputs, owner),
                                conditioning,
                                guidance,
                                plan,
                                manager)))
                .orElseGet(() -> new SeparateSteps(
                        (step, sample, timestep, owner) -> modules.of(sizes)
                                .run(conditioning.inputs(step, sample, timestep, owner), owner)
                                .singletonOrThrow(),
                        conditioning,
                        guidance,
                        plan,
                        manager));
    }

    @Override
    public void close() {
        modules.close();
        wholeSteps.ifPresent(StepModules::close);
    }
}
