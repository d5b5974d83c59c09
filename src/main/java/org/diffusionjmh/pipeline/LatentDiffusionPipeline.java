package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.NoiseGenerator;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.scheduler.NoiseDraw;
import org.diffusionjmh.scheduler.SamplingOptions;
import org.diffusionjmh.scheduler.SamplingPlan;

/**
 * Text to image by latent diffusion: what Stable Diffusion and SDXL have in common. They differ in how they encode a prompt, and in
 * their configurations.
 */
final class LatentDiffusionPipeline implements TextToImagePipeline {
    private final ModelFiles files;
    private final TorchSession session;
    private final PipelineParts parts;
    private final NoiseGenerator noise;

    LatentDiffusionPipeline(ModelFiles files, TorchSession session, PipelineParts parts, NoiseGenerator noise) {
        this.files = files;
        this.session = session;
        this.parts = parts;
        this.noise = noise;
    }

    @Override
    public ModelDescription description() {
        return files.description();
    }

    @Override
    public TorchSession session() {
        return session;
    }

    @Override
    public List<RgbImage> generate(TextToImageRequest request, StepListener listener, Warnings warnings) {
        return onSession(() -> {
            try (Denoising run = start(request, warnings)) {
                while (run.hasNext()) {
                    run.step(listener);
                }
                return decode(run);
            }
        });
    }

    @Override
    public Denoising start(TextToImageRequest request, Warnings warnings) {
        return onSession(() -> start(request, warnings, noise::draw));
    }

    /** Starts a run with noise from anywhere. */
    Denoising start(TextToImageRequest request, Warnings warnings, NoiseSource source) {
        NDManager manager = session.manager().newSubManager();
        try {
            Guidance guidance = guidance(request);
            Conditioning conditioning =
                    parts.promptEncoder().encode(request, guidance.predictions() > 1, manager, warnings);
            SamplingPlan plan = parts.scheduler().plan(SamplingOptions.ofSteps(request.numInferenceSteps()));
            int steps = stepsUntil(request, plan);
            Shape shape = new Shape(
                    request.images(),
                    parts.latentChannels(),
                    request.height() / TextToImageRequest.SIZE_MULTIPLE,
                    request.width() / TextToImageRequest.SIZE_MULTIPLE);
            NDList draws = source.draw(request.seed(), shape, drawTypes(plan, steps), manager);
            NDArray latents = draws.get(0).mul(parts.scalars().of(plan.initNoiseSigma()));
            return new Denoising(
                    manager,
                    parts.denoiser(),
                    conditioning,
                    guidance,
                    plan,
                    latents,
                    draws.subList(1, draws.size()),
                    steps);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    @Override
    public List<RgbImage> decode(Denoising run) {
        return onSession(() -> parts.decoder().pictures(run.latents()));
    }

    /** The start noise, then one draw for each step that draws. */
    private List<DataType> drawTypes(SamplingPlan plan, int steps) {
        List<DataType> types = new ArrayList<>();
        types.add(parts.dataType());
        plan.steps().stream()
                .limit(steps)
                .map(step -> step.noise())
                .filter(draw -> draw != NoiseDraw.NONE)
                .forEach(draw -> types.add(draw == NoiseDraw.FLOAT32 ? DataType.FLOAT32 : parts.dataType()));
        return types;
    }

    private Guidance guidance(TextToImageRequest request) {
        boolean distilled = parts.guidanceEmbedding().isPresent();
        return request.guidanceScale() > 1 && !distilled
                ? new ClassifierFreeGuidance(request.guidanceScale(), request.guidanceRescale(), parts.scalars())
                : Guidance.none();
    }

    /** Steps whose timestep is not below the one at which {@code denoising_end} stops. */
    private int stepsUntil(TextToImageRequest request, SamplingPlan plan) {
        if (request.denoisingEnd().isEmpty()) {
            return plan.steps().size();
        }
        double train = parts.numTrainTimesteps();
        double cutoff = Math.rint(train - request.denoisingEnd().getAsDouble() * train);
        return Math.toIntExact(
                plan.steps().stream().filter(step -> step.timestep() >= cutoff).count());
    }

    /** The decoder's output for the latents of a run, before it is brought to pixels; owned by the latents' owner. */
    NDArray decoded(Denoising run) {
        return onSession(
                () -> parts.decoder().decode(run.latents(), run.latents().getManager()));
    }

    private <T> T onSession(Callable<T> task) {
        try {
            return session.call(task);
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while generating", e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        onSession(() -> {
            parts.close();
            noise.close();
            files.close();
            return null;
        });
        session.close();
    }
}
