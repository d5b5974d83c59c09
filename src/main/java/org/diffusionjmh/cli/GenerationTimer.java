package org.diffusionjmh.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalDouble;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.StepClock;
import org.diffusionjmh.pipeline.TextToImagePipeline;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.pipeline.Warnings;

/** Serves one request again and again, shows the progress, and keeps the times of the last generation. */
final class GenerationTimer implements AutoCloseable {
    private final TextToImagePipeline pipeline;
    private final TextToImageRequest request;
    private final PrintWriter err;
    private final Warnings warnings;
    private final StepClock clock;

    private double seconds;

    /**
     * @param err takes the progress
     */
    GenerationTimer(TextToImagePipeline pipeline, TextToImageRequest request, PrintWriter err, Warnings warnings) {
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
