package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * One ControlNet in a run, with what it is told in every step. A run passes the same tensors in each step, so that what is computed from
 * them need not be computed again.
 *
 * @param net the ControlNet
 * @param image when it has a say
 * @param steps steps of the whole schedule
 * @param text the prompts of its batch
 * @param picture its control picture, for every row of its batch
 * @param scales what its residuals are multiplied with
 */
record ControlBranch(
        ControlNet net, ControlImage image, int steps, Conditioning text, NDArray picture, NDArray scales) {
    /**
     * @param picture the control picture
     * @param guessMode whether upper layers count less: from a tenth for the first residual, growing by a constant factor, to all for the
     *     middle block
     * @param owner owner of the tensors
     */
    static ControlBranch of(
            ControlNet net,
            ControlImage image,
            int steps,
            Conditioning text,
            NDArray picture,
            boolean guessMode,
            NDManager owner) {
        int residuals = net.config().residuals();
        boolean graded = guessMode && !net.config().globalPoolConditions();
        float[] scales = new float[residuals];
        for (int i = 0; i < residuals; i++) {
            double grade = graded ? Math.pow(10, (double) i / (residuals - 1) - 1) : 1;
            scales[i] = (float) (grade * image.conditioningScale());
        }
        return new ControlBranch(net, image, steps, text, picture, owner.create(scales));
    }

    /** Whether it has a say in a step. */
    boolean isOn(int step) {
        return image.scale(step, steps) != 0;
    }

    NDList residuals(NDArray sample, NDArray timestep, NDManager owner) {
        return net.residuals(sample, timestep, text, picture, scales, owner);
    }
}
