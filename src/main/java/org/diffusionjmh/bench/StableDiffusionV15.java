package org.diffusionjmh.bench;

import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Stable Diffusion 1.5. */
public class StableDiffusionV15 extends PipelineBenchmark {
    private static final Workload<TextToImageRequest> WORKLOAD =
            Workload.textToImage("stable-diffusion-v1-5/stable-diffusion-v1-5");

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

    /** One denoising step: U-Net with guidance, scheduler. */
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
