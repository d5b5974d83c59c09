package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Iterator;
import java.util.List;

/**
 * A run of the denoising loop, one step at a time. All tensors stay on the device, and nothing here waits for it. The run owns what it
 * is made of; it belongs to the thread of its session.
 */
public final class Denoising implements AutoCloseable {
    private final NDManager manager;
    private final Steps stepping;
    private final Conditioning conditioning;
    private final NDArray initialLatents;
    private final List<NDArray> stepNoise;
    private final int steps;
    private final int height;
    private final int width;

    private NDArray latents;
    private Iterator<NDArray> noise;
    private int next;

    /**
     * @param manager owner of the tensors below and of the run's own; closed with the run
     * @param plan the course of the run
     * @param initialLatents what the first step gets [images, channels, height / 8, width / 8]
     * @param stepNoise the noise of the steps that draw some, in their order
     * @throws IllegalArgumentException if the denoiser cannot cache what the plan asks for
     */
    Denoising(
            NDManager manager,
            Denoiser denoiser,
            Conditioning conditioning,
            Guidance guidance,
            RunPlan plan,
            NDArray initialLatents,
            List<NDArray> stepNoise) {
        this.manager = manager;
        this.stepping = denoiser.steps(conditioning, guidance, plan, manager);
        this.conditioning = conditioning;
        this.initialLatents = initialLatents;
        this.stepNoise = List.copyOf(stepNoise);
        this.steps = plan.steps();
        this.height = plan.height();
        this.width = plan.width();
        rewind();
    }

    /** Goes back to the first step. */
    public void rewind() {
        stepping.rewind();
        replaceLatents(initialLatents.reshape(initialLatents.getShape()));
        noise = stepNoise.iterator();
        next = 0;
    }

    /** Number of denoiser calls in the whole run. */
    public int steps() {
        return steps;
    }

    /** What the denoiser is told in every step. */
    Conditioning conditioning() {
        return conditioning;
    }

    /** Height of the pictures in pixels. */
    int height() {
        return height;
    }

    /** Width of the pictures in pixels. */
    int width() {
        return width;
    }

    public boolean hasNext() {
        return remaining() > 0;
    }

    /** Number of denoiser calls that are left. */
    public int remaining() {
        return steps - next;
    }

    /** The latents after the last step [images, channels, height / 8, width / 8]; they belong to the run. */
    public NDArray latents() {
        return latents;
    }

    /**
     * Takes the next step.
     *
     * @throws IllegalStateException if there is none
     */
    public void step(StepListener listener) {
        if (!hasNext()) {
            throw new IllegalStateException("all " + steps + " steps are taken; rewind() starts again");
        }
        try (NDManager scope = manager.newSubManager()) {
            StepListener.DenoisingStep taken = stepping.take(next, latents, noise::next, scope);
            listener.onStep(taken);
            taken.latents().attach(manager);
            replaceLatents(taken.latents());
        }
        next++;
    }

    private void replaceLatents(NDArray newLatents) {
        if (latents != null) {
            latents.close();
        }
        latents = newLatents;
    }

    @Override
    public void close() {
        manager.close();
    }
}
