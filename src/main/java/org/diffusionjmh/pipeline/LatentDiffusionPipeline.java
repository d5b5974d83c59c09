package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.NoiseGenerator;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.lora.Lora;
import org.diffusionjmh.lora.LoraSet;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.ModelFiles;

/** What all pipelines of latent diffusion have in common. They differ in how a run starts. */
abstract class LatentDiffusionPipeline<R> implements DiffusionPipeline<R> {
    private final ModelFiles files;
    private final TorchSession session;
    private final PipelineParts parts;
    private final NoiseGenerator noise;
    private final FusedLoras loras;

    LatentDiffusionPipeline(ModelFiles files, TorchSession session, PipelineParts parts) {
        this.files = files;
        this.session = session;
        this.parts = parts;
        this.noise = new NoiseGenerator(session.manager());
        this.loras = new FusedLoras(files, parts.weights());
    }

    /**
     * Starts a run.
     *
     * @param manager owner of the run's tensors; closed by the caller if this throws
     */
    abstract Denoising start(R request, Warnings warnings, NoiseSource source, NDManager manager);

    /** A run that starts from nothing but noise. */
    final Denoising fromNoise(
            TextToImageRequest request,
            Guidance guidance,
            Conditioning conditioning,
            NoiseSource source,
            NDManager manager) {
        RunPlan plan = RunPlan.of(request, parts, request.sampling());
        return fromNoise(plan, request.seed(), guidance, conditioning, source, manager);
    }

    /** The same for a plan of its own. */
    final Denoising fromNoise(
            RunPlan plan,
            long seed,
            Guidance guidance,
            Conditioning conditioning,
            NoiseSource source,
            NDManager manager) {
        NDList draws = source.draw(seed, plan.draws(plan.startDraw()), manager);
        NDArray latents = draws.get(0).mul(parts.scalars().of(plan.sampling().initNoiseSigma()));
        return new Denoising(
                manager, parts.denoiser(), conditioning, guidance, plan, latents, draws.subList(1, draws.size()));
    }

    final PipelineParts parts() {
        return parts;
    }

    @Override
    public final ModelDescription description() {
        return files.description();
    }

    @Override
    public final TorchSession session() {
        return session;
    }

    @Override
    public final List<RgbImage> generate(R request, StepListener listener, Warnings warnings) {
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
    public final Denoising start(R request, Warnings warnings) {
        return onSession(() -> start(request, warnings, noise::draw));
    }

    /** Starts a run with noise from anywhere. */
    final Denoising start(R request, Warnings warnings, NoiseSource source) {
        NDManager manager = session.manager().newSubManager();
        try {
            return start(request, warnings, source, manager);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    @Override
    public final List<RgbImage> decode(Denoising run) {
        return onSession(() -> parts.decoder().pictures(run.latents(), run.height(), run.width()));
    }

    /** The decoder's output for the latents of a run, before it is brought to pixels; owned by the latents' owner. */
    final NDArray decoded(Denoising run) {
        return onSession(
                () -> parts.decoder().decode(run.latents(), run.latents().getManager()));
    }

    @Override
    public final void setLoras(List<Lora> wanted) throws IOException {
        LoraSet opened = loras.open(wanted);
        onSession(() -> {
            loras.replaceBy(opened);
            return null;
        });
    }

    @Override
    public final List<Lora> loras() {
        return loras.inForce();
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
    public final void close() {
        onSession(() -> {
            parts.close();
            loras.close();
            noise.close();
            files.close();
            return null;
        });
        session.close();
    }
}
