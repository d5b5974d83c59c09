package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.function.Supplier;

/** Takes the steps of one run, in order; never waits for the device. What it keeps from step to step belongs to the run's manager. */
interface Steps {
    /** Goes back to the first step. */
    void rewind();

    /**
     * Takes a step.
     *
     * @param step its index; the steps of a run come in order
     * @param latents what the step starts from
     * @param noise called once if the step draws noise; what it gives is only read
     * @param owner owner of the results
     */
    StepListener.DenoisingStep take(int step, NDArray latents, Supplier<NDArray> noise, NDManager owner);
}
