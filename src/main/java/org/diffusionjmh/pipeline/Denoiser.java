package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import java.util.function.Function;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNetPart;

/** The U-Net of a pipeline, compiled for each size it is used at, as a whole or in parts. */
final class Denoiser implements AutoCloseable {
    private final ShapedModules<SizedPart> modules;
    private final UNet2DConditionConfig config;

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

    /** A part of the U-Net at some size. */
    record SizedPart(UNetPart part, Sizes sizes) {}

    /** Makes a network's graph of these sizes. */
    @FunctionalInterface
    interface Graphs {
        Graph of(long batch, long height, long width, long textLength, DType dtype);

        default Function<Sizes, Graph> of(DType dtype) {
            return sizes -> of(sizes.batch(), sizes.height(), sizes.width(), sizes.textLength(), dtype);
        }
    }

    Denoiser(ShapedModules<SizedPart> modules, UNet2DConditionConfig config) {
        this.modules = modules;
        this.config = config;
    }

    /**
     * A predictor for a run.
     *
     * @param conditioning what the denoiser is told in every step
     * @param cache what is kept from step to step
     * @param manager owner of what is kept
     * @throws IllegalArgumentException if the U-Net has no such skip connection
     */
    Predictor predictor(Conditioning conditioning, Optional<DeepCache> cache, NDManager manager) {
        if (cache.isEmpty()) {
            UNetPart whole = new UNetPart.Whole();
            return (step, sample, timestep, owner) -> run(
                            whole, conditioning.inputs(step, sample, timestep, owner), owner)
                    .singletonOrThrow();
        }
        int skip = config.skip(cache.get().cacheLayerId(), cache.get().cacheBlockId());
        return new CachingPredictor(this, conditioning, cache.get().cacheInterval(), skip, manager);
    }

    /**
     * Runs the U-Net or a part of it.
     *
     * @param inputs what {@link Conditioning#inputs} gives, and what the part takes beside them
     * @param owner owner of the results
     */
    NDList run(UNetPart part, NDList inputs, NDManager owner) {
        Sizes sizes = Sizes.of(inputs.get(0), inputs.get(2));
        return modules.of(new SizedPart(part, sizes)).run(inputs, owner);
    }

    @Override
    public void close() {
        modules.close();
    }
}
