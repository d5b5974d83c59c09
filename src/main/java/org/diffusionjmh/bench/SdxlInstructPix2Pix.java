package org.diffusionjmh.bench;

import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.ImageToImageRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** SDXL InstructPix2Pix, which edits pictures: a Stable Diffusion XL that sees the picture, with a batch of three. */
public class SdxlInstructPix2Pix extends PipelineBenchmark {
    private static final Workload<ImageToImageRequest> WORKLOAD =
            Workload.imageToImage("diffusers/sdxl-instructpix2pix-768");

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

    /** One denoising step: U-Net with guidance by text and picture, scheduler. */
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
