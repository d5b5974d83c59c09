package org.diffusionjmh.cli;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.pipeline.DiffusionPipeline;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.pipeline.Warnings;
import org.diffusionjmh.source.ModelDescription;

/**
 * A pipeline, and the requests that the command line makes of it.
 *
 * @param <R> requests of the pipeline
 * @param pipeline closed with this
 * @param options a new request with the command line's options, as often as asked
 * @param completion adds what the pipeline takes beside prompts and sizes
 * @param dtype type of the computation
 * @param warnings told by every generation
 */
record LoadedPipeline<R>(
        DiffusionPipeline<R> pipeline,
        Function<ModelDescription, TextToImageRequest.Builder> options,
        Function<TextToImageRequest, R> completion,
        DType dtype,
        Warnings warnings)
        implements AutoCloseable {
    /**
     * The command line's request, changed in part. The caller closes the timer.
     *
     * @throws IllegalArgumentException if it asks for something that cannot be
     */
    GenerationTimer<R> timer(UnaryOperator<TextToImageRequest.Builder> change, Console console) {
        R request = completion.apply(
                change.apply(options.apply(pipeline.description())).build());
        return new GenerationTimer<>(pipeline, request, console.err(), warnings);
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
