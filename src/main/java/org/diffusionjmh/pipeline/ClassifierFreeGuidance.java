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
        NDArray values = x.toType(DataType.FLOAT32, false);
        int[] axes = {1, 2, 3};
        return values.sub(values.mean(axes, true)).square().sum(axes, true);
    }
}
