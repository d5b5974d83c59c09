package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.libtorch.NoiseGenerator;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.scheduler.Sampler;
import org.diffusionjmh.scheduler.SamplingOptions;
import org.diffusionjmh.scheduler.StepOption;

/**
 * Starts runs within the schedule, from a picture's latents with the noise of that moment (Meng et al. 2022).
 *
 * @param parts of a pipeline with an encoder
 * @param family the model's
 */
record PictureStart(PipelineParts parts, ModelFamily family) {
    /** The course of a run that takes the end of the schedule. */
    RunPlan plan(ImageToImageRequest request) {
        return RunPlan.of(request.text(), parts, sampling(request));
    }

    /**
     * A run at its first step.
     *
     * @param plan of the request
     * @param manager owner of the run's tensors
     */
    Denoising start(
            ImageToImageRequest request,
            RunPlan plan,
            Guidance guidance,
            Conditioning conditioning,
            NoiseSource source,
            NDManager manager) {
        Shape posteriorShape = new Shape(1).addAll(plan.latents().slice(1));
        NoiseGenerator.Draw posteriorDraw =
                new NoiseGenerator.Draw(posteriorShape, encoder().dtype());
        NDList draws = source.draw(request.text().seed(), plan.draws(posteriorDraw, plan.startDraw()), manager);
        NDArray latents = initialLatents(request, plan, draws.get(0), draws.get(1), manager);
        return new Denoising(
                manager, parts.denoiser(), conditioning, guidance, plan, latents, draws.subList(2, draws.size()));
    }

    /** The last {@code int(steps * strength)} steps; a latent consistency model takes all, within that part of its schedule. */
    private SamplingOptions sampling(ImageToImageRequest request) {
        SamplingOptions whole = request.text().sampling();
        int steps = parts.scheduler().steps(whole);
        double strength = request.strength().orElse(family.defaultStrength());
        if (family == ModelFamily.LATENT_CONSISTENCY) {
            return whole.with(StepOption.STRENGTH, strength);
        }
        int taken = Math.min((int) (steps * strength), steps);
        if (taken < 1) {
            throw new IllegalArgumentException("strength " + strength + " of " + steps
                    + " steps leaves no step to take; want more steps, or a strength of at least " + 1.0 / steps);
        }
        int skipped = (steps - taken) * parts.scheduler().order();
        return whole.withBeginIndex(skipped);
    }

    private NDArray initialLatents(
            ImageToImageRequest request, RunPlan plan, NDArray posteriorNoise, NDArray noise, NDManager owner) {
        TextToImageRequest text = request.text();
        try (NDManager scope = owner.newSubManager();
                Sampler sampler = new Sampler(plan.sampling(), scope)) {
            NDArray sample = encoder()
                    .encode(request.image(), text.height(), text.width(), scope)
                    .sample(posteriorNoise, parts.scalars());
            NDArray converted = TensorMemory.as(sample, ScalarType.of(plan.dtype()), scope);
            NDArray clean = PromptBatch.tiled(parts.scaling().toDenoiser(converted), text.images());
            NDArray noisy = sampler.addNoise(clean, noise);
            noisy.attach(owner);
            return noisy;
        }
    }

    private LatentEncoder encoder() {
        return parts.encoder().orElseThrow();
    }
}
