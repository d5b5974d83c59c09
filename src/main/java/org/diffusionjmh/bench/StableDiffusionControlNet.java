package org.diffusionjmh.bench;

import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.ControlNetRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Stable Diffusion 1.5 with a ControlNet for edges. */
public class StableDiffusionControlNet extends PipelineBenchmark {
    private static final Workload<ControlNetRequest> WORKLOAD =
            Workload.controlNet("stable-diffusion-v1-5/stable-diffusion-v1-5", "lllyasviel/sd-controlnet-canny");

    /** The model, loaded. */
    @State(Scope.Benchmark)
    public static class Pipeline extends PipelineState<ControlNetRequest> {
        public Pipeline() {
            super(WORKLOAD);
        }
    }

    /** The model at work. */
    @State(Scope.Benchmark)
    public static class Run extends DenoisingState<ControlNetRequest> {
        public Run() {
            super(WORKLOAD);
        }
    }

    /** One denoising step: ControlNet and U-Net with guidance, scheduler. */
    @Benchmark
    public void step(Run run) throws Exception {
        run.step();
    }

    /** One picture, from prompt and control picture to pixels on the host. */
    @Benchmark
    public List<RgbImage> generate(Pipeline pipeline) {
        return pipeline.generate();
    }
}
