package org.diffusionjmh.bench;

import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** RealVisXL V4.0, a Stable Diffusion XL model. */
public class RealVisXlV40 extends PipelineBenchmark {
    private static final String MODEL = "SG161222/RealVisXL_V4.0";

    /** The model, loaded. */
    @State(Scope.Benchmark)
    public static class Pipeline extends PipelineState {
        public Pipeline() {
            super(MODEL);
        }
    }

    /** The model at work. */
    @State(Scope.Benchmark)
    public static class Run extends DenoisingState {
        public Run() {
            super(MODEL);
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
