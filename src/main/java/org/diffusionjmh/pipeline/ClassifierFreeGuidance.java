package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

/**
 * Classifier-free guidance (Ho and Salimans 2022): {@code u + scale (c - u)} for the predictions u without and c with the prompt, which
 * stand in this order in the batch.
 *
 * @param scale strength of the prompt, above 1
 * @param rescale how far the result is brought back to the standard deviation of c, from 0 to 1 (Lin et al. 2024, section 3.4)
 */
record ClassifierFreeGuidance(double scale, double rescale) implements Guidance {
    @Override
    public int predictions() {
        return 2;
    }

    @Override
    public NDArray combine(NDArray modelOutput) {
        NDManager owner = modelOutput.getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDList parts = modelOutput.split(2);
            parts.attach(scope);
            NDArray unconditional = parts.get(0);
            NDArray conditional = parts.get(1);
            NDArray guided = unconditional.add(conditional.sub(unconditional).mul(scale));
            NDArray result = rescale > 0 ? rescaled(guided, conditional) : guided;
            result.attach(owner);
            return result;
        }
    }

    private NDArray rescaled(NDArray guided, NDArray conditional) {
        NDArray ratio =
                squaredDeviation(conditional).div(squaredDeviation(guided)).sqrt();
        NDArray factor = ratio.mul(rescale).add(1 - rescale).toType(guided.getDataType(), false);
        return guided.mul(factor);
    }

    /** Sum of squared deviations per image [images, 1, 1, 1]; the divisor of the variance cancels in the ratio. */
    private static NDArray squaredDeviation(NDArray x) {
        long images = x.getShape().get(0);
        NDArray rows = x.toType(DataType.FLOAT32, false).reshape(images, -1);
        NDArray deviation = rows.sub(rows.mean(new int[] {1}, true));
        return deviation.square().sum(new int[] {1}, true).reshape(images, 1, 1, 1);
    }
}
