package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.diffusionjmh.libtorch.NoiseGenerator;
import org.diffusionjmh.scheduler.NoiseDraw;
import org.diffusionjmh.scheduler.SamplingOptions;
import org.diffusionjmh.scheduler.SamplingPlan;
import org.diffusionjmh.scheduler.StepOption;

/**
 * The course of a run, known before it begins.
 *
 * @param sampling the scheduler's plan
 * @param steps steps to take: all of the plan's or fewer, if the run ends early
 * @param latents shape of the latents [images, channels, height / 8, width / 8]
 * @param dtype type of the latents
 * @param deepCache what is kept from step to step
 * @param height what pictures are brought to, in pixels
 * @param width what pictures are brought to, in pixels
 */
record RunPlan(
        SamplingPlan sampling,
        int steps,
        Shape latents,
        DataType dtype,
        Optional<DeepCache> deepCache,
        int height,
        int width) {
    static RunPlan of(TextToImageRequest request, PipelineParts parts, SamplingOptions options) {
        request.requireWholeLatents();
        SamplingPlan sampling = parts.scheduler().plan(options(request, options));
        Shape latents = new Shape(
                request.images(),
                parts.latentChannels(),
                request.height() / TextToImageRequest.SIZE_MULTIPLE,
                request.width() / TextToImageRequest.SIZE_MULTIPLE);
        return new RunPlan(
                sampling,
                stepsUntilEnd(request, parts, sampling),
                latents,
                parts.dataType(),
                request.deepCache(),
                request.height(),
                request.width());
    }

    /** The same for pictures of another size than the latents'. */
    RunPlan withPictures(int newHeight, int newWidth) {
        return new RunPlan(sampling, steps, latents, dtype, deepCache, newHeight, newWidth);
    }

    /** With the request's options that only some schedulers take. */
    private static SamplingOptions options(TextToImageRequest request, SamplingOptions options) {
        OptionalInt original = request.originalInferenceSteps();
        SamplingOptions all = request.eta() == 0 ? options : options.with(StepOption.ETA, request.eta());
        return original.isEmpty() ? all : all.with(StepOption.ORIGINAL_INFERENCE_STEPS, original.getAsInt());
    }

    /** Steps whose timestep is not below the one at which {@code denoising_end} stops. */
    private static int stepsUntilEnd(TextToImageRequest request, PipelineParts parts, SamplingPlan sampling) {
        if (request.denoisingEnd().isEmpty()) {
            return sampling.steps().size();
        }
        double train = parts.numTrainTimesteps();
        double cutoff = Math.rint(train - request.denoisingEnd().getAsDouble() * train);
        return Math.toIntExact(sampling.steps().stream()
                .filter(step -> step.timestep() >= cutoff)
                .count());
    }

    /**
     * The timesteps of all steps of the plan, FP32 [1] each.
     *
     * @param manager owner of them
     */
    NDList timesteps(NDManager manager) {
        float[] values = new float[sampling.steps().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) sampling.steps().get(i).timestep();
        }
        return manager.create(values).split(values.length);
    }

    /** The noise of the start. */
    NoiseGenerator.Draw startDraw() {
        return new NoiseGenerator.Draw(latents, dtype);
    }

    /**
     * All noise of the run, in its order.
     *
     * @param start what is drawn before the first step; the steps that draw some follow
     */
    List<NoiseGenerator.Draw> draws(NoiseGenerator.Draw... start) {
        Stream<NoiseGenerator.Draw> stepDraws = sampling.steps().stream()
                .limit(steps)
                .map(step -> step.noise())
                .filter(draw -> draw != NoiseDraw.NONE)
                .map(draw -> new NoiseGenerator.Draw(latents, draw == NoiseDraw.FLOAT32 ? DataType.FLOAT32 : dtype));
        return Stream.concat(Stream.of(start), stepDraws).toList();
    }
}
