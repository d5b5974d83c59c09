package org.diffusionjmh.bench;

import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * LCM Dreamshaper v7, a latent consistency model of Stable Diffusion 1.5: one prediction a step, without a negative prompt. Four steps are
 * usual: {@code -p steps=4}.
 */
public class LcmDreamshaperV7 extends PipelineBenchmark {
    private static final Workload<TextToImageRequest> WORKLOAD = Workload.textToImage("SimianLuo/LCM_Dreamshaper_v7");

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

    /** One denoising step: U-Net, scheduler. */
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
