package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Classifier-free guidance (Ho and Salimans 2022): {@code u + scale (c - u)} for the predictions u without and c with the prompt, which
 * stand in this order in the batch.
 *
 * @param scale strength of the prompt, above 1
 * @param rescale how far the result is brought back to the standard deviation of c, from 0 to 1 (Lin et al. 2024, section 3.4)
 * @param scalars the run's numbers
 */
record ClassifierFreeGuidance(double scale, double rescale, HostScalars scalars) implements Guidance {
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
            NDArray guided = unconditional.add(conditional.sub(unconditional).mul(scalars.of(scale)));
            NDArray result = rescale > 0 ? rescaled(guided, conditional, scope) : guided;
            result.attach(owner);
            return result;
        }
    }

    private NDArray rescaled(NDArray guided, NDArray conditional, NDManager scope) {
        NDArray ratio = squaredDeviation(conditional, scope)
                .div(squaredDeviation(guided, scope))
                .sqrt();
        NDArray factor = ratio.mul(scalars.of(rescale)).add(scalars.of(1 - rescale));
        return guided.mul(TensorMemory.as(factor, TensorMemory.type(guided), scope));
    }

    /** Sum of squared deviations per image, float32 [images, 1, 1, 1]; the divisor of the variance cancels in the ratio. */
    private static NDArray squaredDeviation(NDArray x, NDManager scope) {
        long images = x.getShape().get(0);
        NDArray rows = TensorMemory.as(x, ScalarType.FLOAT32, scope).reshape(images, -1);
        NDArray deviation = rows.sub(rows.mean(new int[] {1}, true));
        return deviation.square().sum(new int[] {1}, true).reshape(images, 1, 1, 1);
    }
}
