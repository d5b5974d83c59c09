package org.diffusionjmh.bench;

import java.util.List;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * RealVisXL V4.0, a Stable Diffusion XL model, with DeepCache: of three steps, the first computes the whole U-Net, the others what lies
 * above its first skip connection. Iterations per second count both kinds alike; those of {@code generate} are of the whole generation.
 */
public class SdxlDeepCache extends PipelineBenchmark {
    private static final Workload<TextToImageRequest> WORKLOAD =
            Workload.textToImage("SG161222/RealVisXL_V4.0").withDeepCache();

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

    /** The mean step of an interval: three steps in a row, the first with the whole U-Net, all with guidance and scheduler. */
    @Benchmark
    @OperationsPerInvocation(Workload.CACHE_INTERVAL)
    public void step(Run run) throws Exception {
        run.steps(Workload.CACHE_INTERVAL);
    }

    /** One picture, from the prompt to pixels on the host. */
    @Benchmark
    public List<RgbImage> generate(Pipeline pipeline) {
        return pipeline.generate();
    }
}
