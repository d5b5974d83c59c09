package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.scheduler.Sampler;

/** The network's input in runs with ControlNets, which take it too, and what they add to the network. */
final class ControlledInput {
    private final Control control;
    private final Conditioning conditioning;
    private final int predictions;
    private final Sampler sampler;
    private final NDList timesteps;

    /**
     * @param predictions how many are made per image
     * @param manager owner of what the run needs; closes it
     */
    ControlledInput(Control control, Conditioning conditioning, int predictions, RunPlan plan, NDManager manager) {
        this.control = control;
        this.conditioning = conditioning;
        this.predictions = predictions;
        this.sampler = new Sampler(plan.sampling(), manager);
        this.timesteps = plan.timesteps(manager);
    }

    /** The latents as the network gets them, once for each image. */
    NDArray sample(int step, NDArray latents, NDManager owner) {
        NDArray scaled = sampler.scaleModelInput(latents, step);
        scaled.attach(owner);
        return scaled;
    }

    /** The network's whole input. */
    NDArray modelInput(NDArray sample) {
        return conditioning.modelInput(sample, predictions);
    }

    /** What is added to the network's features. */
    NDList residuals(int step, NDArray modelInput, NDManager owner) {
        return control.residuals(step, modelInput, timesteps.get(step), owner);
    }
}
