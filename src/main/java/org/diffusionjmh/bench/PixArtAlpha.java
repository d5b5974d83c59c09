package org.diffusionjmh.bench;

import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.Pipelines;
import org.diffusionjmh.pipeline.PixArtOptions;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * PixArt-alpha, a transformer behind a T5 text encoder. Pictures are generated at the very resolution of the parameter, without
 * resolution binning, by which all would be 1024.
 */
public class PixArtAlpha extends PipelineBenchmark {
    private static final Workload<TextToImageRequest> WORKLOAD =
            new Workload<>("PixArt-alpha/PixArt-XL-2-1024-MS", Pipelines::textToImage, request -> request.pixArt(
                            PixArtOptions.DEFAULT.withResolutionBinning(false))
                    .build());

    /** The model, loaded. */
    @State(Scope.Benchmark)
    public static class Pipeline extends PipelineState<TextToImageRequest> {
        public Pipeline() {
            super(WORKLOAD);
        }
    }

    /** The model at work. */
    @State(Scope.Benchmark)
    public static class Run extends DenoisingState<TextToImageRequest> {
        public Run() {
            super(WORKLOAD);
        }
    }

    /** One denoising step: transformer with guidance, scheduler. */
    @Benchmark
    public void step(Run run) throws Exception {
        run.step();
    }

    /** One picture, from the prompt to pixels on the host. */
    @Benchmark
    public List<RgbImage> generate(Pipeline pipeline) {
        return pipeline.generate();
    }
}
