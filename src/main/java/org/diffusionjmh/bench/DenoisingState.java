package org.diffusionjmh.bench;

import java.util.Optional;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.Denoising;
import org.diffusionjmh.pipeline.StepListener;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A pipeline with a run that has been started: the prompt is encoded, the noise drawn, and no step taken.
 *
 * @param <R> requests of the pipeline
 */
@State(Scope.Benchmark)
public abstract class DenoisingState<R> extends PipelineState<R> {
    private Denoising run;

    /**
     * @param workload what is measured
     */
    DenoisingState(Workload<R> workload) {
        super(workload);
    }

    @Override
    void prepare() throws Exception {
        run = pipeline().session().call(() -> pipeline().start(request(), warnings()));
    }

    @Override
    void release() throws Exception {
        pipeline().session().call(() -> {
            run.close();
            return null;
        });
    }

    /** Takes the next step, from the first again after the last, and waits for the device. */
    public void step() throws Exception {
        steps(1);
    }

    /**
     * Takes the next steps, from the first again where so many are not left, and waits for the device.
     *
     * @param count steps in a row
     * @throws IllegalArgumentException if a run has fewer
     */
    public void steps(int count) throws Exception {
        figures().startCall();
        pipeline().session().call(() -> {
            if (run.remaining() < count) {
                run.rewind();
            }
            if (run.remaining() < count) {
                throw new IllegalArgumentException(
                        "steps is " + run.remaining() + ", want at least " + count + ": so many are taken in a row");
            }
            figures().mark();
            for (int i = 0; i < count; i++) {
                run.step(StepListener.NONE);
                figures().mark();
            }
            pipeline().session().synchronize();
            return null;
        });
    }

    /** The picture of the latents as they are. */
    @Override
    Optional<RgbImage> picture() throws Exception {
        return Optional.of(
                pipeline().session().call(() -> pipeline().decode(run).get(0)));
    }
}
