package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.function.Supplier;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.ReductionOp;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Brings a guided prediction back towards the standard deviation of the prediction with the prompt, against overexposure (Lin et al.
 * 2024, section 3.4).
 *
 * @param amount how far, from 0 to 1
 * @param scalars the run's numbers
 */
record GuidanceRescale(double amount, HostScalars scalars) {
    /**
     * @param guided [images, channels, height, width]
     * @param conditional the prediction with the prompt, of the same shape
     * @return an array of that shape: {@code guided} itself if the amount is 0
     */
    NDArray apply(NDArray guided, NDArray conditional, NDManager scope) {
        if (amount <= 0) {
            return guided;
        }
        NDArray ratio = squaredDeviation(conditional, scope)
                .div(squaredDeviation(guided, scope))
                .sqrt();
        NDArray factor = ratio.mul(scalars.of(amount)).add(scalars.of(1 - amount));
        return guided.mul(TensorMemory.as(factor, TensorMemory.type(guided), scope));
    }

    Form form() {
        return new Form(amount > 0);
    }

    /** The numbers that the graph takes, in order. */
    List<Double> numbers() {
        return amount > 0 ? List.of(1 - amount, amount) : List.of();
    }

    /**
     * What {@link #apply} does, as a part of a graph.
     *
     * @param on whether anything is done
     */
    record Form(boolean on) {
        int count() {
            return on ? 2 : 0;
        }

        /**
         * @param guided FP32 [images, channels, pixels]
         * @param conditional the prediction with the prompt, of the same type
         */
        Node append(GraphBuilder b, Node guided, Node conditional, Supplier<Node> numbers) {
            if (!on) {
                return guided;
            }
            Op deviation = new ReductionOp.StandardDeviation();
            Node ratio = b.divide(b.apply(deviation, conditional), b.apply(deviation, guided));
            Node factor = b.multiplyAdd(numbers.get(), ratio, numbers.get());
            return b.multiply(guided, factor);
        }
    }

    /** Sum of squared deviations per image, float32 [images, 1, 1, 1]; the divisor of the variance cancels in the ratio. */
    private static NDArray squaredDeviation(NDArray x, NDManager scope) {
        long images = x.getShape().get(0);
        NDArray rows = TensorMemory.as(x, ScalarType.FLOAT32, scope).reshape(images, -1);
        NDArray deviation = rows.sub(rows.mean(new int[] {1}, true));
        return deviation.square().sum(new int[] {1}, true).reshape(images, 1, 1, 1);
    }
}
