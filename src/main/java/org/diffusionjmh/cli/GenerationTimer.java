package org.diffusionjmh.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalDouble;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.StepClock;
import org.diffusionjmh.pipeline.DiffusionPipeline;
import org.diffusionjmh.pipeline.Warnings;

/**
 * Serves one request again and again, shows the progress, and keeps the times of the last generation.
 *
 * @param <R> requests of the pipeline
 */
final class GenerationTimer<R> implements AutoCloseable {
    private final DiffusionPipeline<R> pipeline;
    private final R request;
    private final PrintWriter err;
    private final Warnings warnings;
    private final StepClock clock;

    private double seconds;

    /**
     * @param err takes the progress
     */
    GenerationTimer(DiffusionPipeline<R> pipeline, R request, PrintWriter err, Warnings warnings) {
        this.pipeline = pipeline;
        this.request = request;
        this.err = err;
        this.warnings = warnings;
        this.clock = pipeline.session().newClock();
    }

    /** Generates the pictures. */
    List<RgbImage> generate(String phase) {
        StepProgress progress = new StepProgress(phase, err);
        clock.reset();
        long start = System.nanoTime();
        List<RgbImage> images = pipeline.generate(
                request,
                step -> {
                    clock.mark();
                    progress.onStep(step);
                },
                warnings);
        seconds = (System.nanoTime() - start) / 1e9;
        return images;
    }

    /** From the prompt to pixels on the host. */
    double seconds() {
        return seconds;
    }

    /** Denoising steps that were taken. */
    int steps() {
        return clock.marks();
    }

    /** Between the first and the last step; empty if these are the same. */
    OptionalDouble iterationsPerSecond() {
        int steps = clock.marks() - 1;
        return steps > 0 ? OptionalDouble.of(steps / clock.seconds()) : OptionalDouble.empty();
    }

    long peakMemoryBytes() {
        return pipeline.session().peakMemoryBytes();
    }

    @Override
    public void close() {
        clock.close();
    }
}
