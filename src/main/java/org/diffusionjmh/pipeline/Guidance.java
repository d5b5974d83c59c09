package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.function.Supplier;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;

/** How several predictions of the denoiser become one. */
public interface Guidance {
    /** The prompt behind each prediction, in the order of the denoiser's batch. */
    List<PromptRole> prompts();

    /** How many predictions are made per image: the denoiser's batch is this times the images. */
    default int predictions() {
        return prompts().size();
    }

    /**
     * Combines the predictions.
     *
     * @param modelOutput [predictions * images, channels, height, width]
     * @return a new array [images, channels, height, width]
     */
    NDArray combine(NDArray modelOutput);

    /** What {@link #combine} does, as a part of a graph: the same for all guidances that differ in numbers only. */
    Form form();

    /** The numbers that the graph takes, in order. */
    List<Double> numbers();

    /** How predictions are combined, without the numbers. Implementations are records: equal forms make equal graphs. */
    interface Form {
        /** How many numbers it takes. */
        int count();

        /**
         * Appends to a graph what {@link Guidance#combine} does.
         *
         * @param modelOutput FP32 [predictions * images, channels, pixels]
         * @param numbers gives a node for each of {@link Guidance#numbers}, FP32 [1], in order
         * @return FP32 [images, channels, pixels]
         */
        Node append(GraphBuilder b, Node modelOutput, Supplier<Node> numbers);
    }

    /** No guidance: the denoiser's output as it is. */
    static Guidance none() {
        return new Unguided();
    }
}
