package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.function.Function;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;

/** The U-Net of a pipeline, compiled for each size it is used at. */
final class Denoiser implements AutoCloseable {
    private final ShapedModules<Sizes> modules;

    /** What a U-Net's graph depends on. */
    record Sizes(long batch, long height, long width, long textLength) {
        /** The sizes of a call. */
        static Sizes of(NDArray sample, NDArray encoderHiddenStates) {
            Shape shape = sample.getShape();
            return new Sizes(
                    shape.get(0),
                    shape.get(2),
                    shape.get(3),
                    encoderHiddenStates.getShape().get(1));
        }
    }

    /** Makes a network's graph of these sizes. */
    @FunctionalInterface
    interface Graphs {
        Graph of(long batch, long height, long width, long textLength, DType dtype);

        default Function<Sizes, Graph> of(DType dtype) {
            return sizes -> of(sizes.batch(), sizes.height(), sizes.width(), sizes.textLength(), dtype);
        }
    }

    Denoiser(ShapedModules<Sizes> modules) {
        this.modules = modules;
    }

    /**
     * The prediction for a sample.
     *
     * @param step index of the step
     * @param sample [batch, in_channels, height, width]
     * @param timestep FP32 [1]
     * @param owner owner of the result
     */
    NDArray predict(int step, NDArray sample, NDArray timestep, Conditioning conditioning, NDManager owner) {
        Sizes sizes = Sizes.of(sample, conditioning.encoderHiddenStates());
        return modules.of(sizes)
                .run(conditioning.inputs(step, sample, timestep, owner), owner)
                .singletonOrThrow();
    }

    @Override
    public void close() {
        modules.close();
    }
}
