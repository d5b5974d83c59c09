package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.function.Function;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;

/** The network of a pipeline that predicts what is noise, compiled for each size it is used at. */
interface Denoiser extends AutoCloseable {
    /**
     * What takes the steps of a run.
     *
     * @param conditioning what the denoiser is told in every step
     * @param guidance how its predictions are combined
     * @param plan the course of the run
     * @param manager owner of what is kept from step to step
     * @throws IllegalArgumentException if the network has no such skip connection as the plan wants to cache
     */
    Steps steps(Conditioning conditioning, Guidance guidance, RunPlan plan, NDManager manager);

    @Override
    void close();

    /** What the graph depends on. */
    record Sizes(long batch, long height, long width, long textLength) {
        /** The sizes of a run's calls. */
        static Sizes of(Conditioning conditioning, Guidance guidance, RunPlan plan) {
            Shape latents = plan.latents();
            return new Sizes(
                    guidance.predictions() * latents.get(0),
                    latents.get(2),
                    latents.get(3),
                    conditioning.encoderHiddenStates().getShape().get(1));
        }

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
}
