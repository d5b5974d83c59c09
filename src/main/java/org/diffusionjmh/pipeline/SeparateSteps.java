package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.function.Supplier;
import org.diffusionjmh.scheduler.Sampler;

/** Steps in which a compiled module makes the prediction, and all else is done one operation at a time. */
final class SeparateSteps implements Steps {
    private final Predictor predictor;
    private final Conditioning conditioning;
    private final Guidance guidance;
    private final RunPlan plan;
    private final NDManager manager;
    private final NDList timesteps;

    private Sampler sampler;

    /**
     * @param manager owner of what is kept from step to step
     */
    SeparateSteps(Predictor predictor, Conditioning conditioning, Guidance guidance, RunPlan plan, NDManager manager) {
        this.predictor = predictor;
        this.conditioning = conditioning;
        this.guidance = guidance;
        this.plan = plan;
        this.manager = manager;
        this.timesteps = plan.timesteps(manager);
        this.sampler = new Sampler(plan.sampling(), manager);
    }

    @Override
    public void rewind() {
        sampler.close();
        sampler = new Sampler(plan.sampling(), manager);
    }

    @Override
    public StepListener.DenoisingStep take(int step, NDArray latents, Supplier<NDArray> noise, NDManager owner) {
        NDArray scaled = sampler.scaleModelInput(latents, step);
        scaled.attach(owner);
        NDArray modelInput = conditioning.modelInput(scaled, guidance.predictions());
        NDArray modelOutput = predictor.predict(step, modelInput, timesteps.get(step), owner);
        NDArray guided = guidance.combine(modelOutput);
        NDArray stepped = sampler.step(step, guided, latents, () -> noise.get().duplicate());
        stepped.attach(owner);
        return new StepListener.DenoisingStep(step, plan.steps(), modelInput, modelOutput, guided, stepped);
    }
}
