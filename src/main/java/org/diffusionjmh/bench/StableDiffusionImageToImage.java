package org.diffusionjmh.bench;

import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.ImageToImageRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Stable Diffusion 1.5, from a picture with the pipeline's strength, 0.8: that part of the steps is taken, the picture with noise stands for the
 * others.
 */
public class StableDiffusionImageToImage extends PipelineBenchmark {
    private static final Workload<ImageToImageRequest> WORKLOAD =
            Workload.imageToImage("stable-diffusion-v1-5/stable-diffusion-v1-5");

    /** The model, loaded. */
    @State(Scope.Benchmark)
    public static class Pipeline extends PipelineState<ImageToImageRequest> {
        public Pipeline() {
            super(WORKLOAD);
        }
    }

    /** The model at work. */
    @State(Scope.Benchmark)
    public static class Run extends DenoisingState<ImageToImageRequest> {
        public Run() {
            super(WORKLOAD);
        }
    }

    /** One denoising step: U-Net with guidance, scheduler. */
    @Benchmark
    public void step(Run run) throws Exception {
        run.step();
    }

    /** One picture, from prompt and picture to pixels on the host. */
    @Benchmark
    public List<RgbImage> generate(Pipeline pipeline) {
        return pipeline.generate();
    }
}
