package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.Set;
import java.util.stream.IntStream;

/**
 * Sampling from latent consistency models (Luo et al. 2023): the consistency function's boundary condition, and noise between the
 * steps (algorithm 3).
 *
 * @param noise noise levels of training
 * @param finalAlphaCumprod share of the signal's variance past the last timestep
 * @param originalInferenceSteps number of timesteps the model was distilled at
 * @param timestepScaling factor of the timesteps in the boundary condition
 * @param predictionType what the denoiser predicts
 * @param limit how predicted samples are kept in range
 */
record LCMScheduler(
        NoiseSchedule noise,
        double finalAlphaCumprod,
        int originalInferenceSteps,
        double timestepScaling,
        PredictionType predictionType,
        SampleLimit limit)
        implements Scheduler {
    private static final double SIGMA_DATA = 0.5;

    static LCMScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(
                config,
                BetaSchedule.Kind.COMMON,
                new BetaSchedule.Defaults(0.00085, 0.012, BetaSchedule.Kind.SCALED_LINEAR));
        NoiseSchedule noise = AlphaSchedule.rescaled(betas, config.flag("rescale_betas_zero_snr", false));
        // Read, and without effect in diffusers: the timesteps are those of the distillation.
        TimestepSpacing.of(config, TimestepSpacing.LEADING);
        config.integer("steps_offset", 0);
        return new LCMScheduler(
                noise,
                config.flag("set_alpha_to_one", true) ? 1 : noise.alphaCumprod(0),
                config.positive("original_inference_steps", 50),
                config.number("timestep_scaling", 10),
                PredictionType.of(config, PredictionType.OF_DIFFUSION),
                SampleLimit.thresholdingOrClipping(config, false));
    }

    @Override
    public Set<CustomSchedule.Kind> customSchedules() {
        return Set.of(CustomSchedule.Kind.TIMESTEPS);
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.ORIGINAL_INFERENCE_STEPS, StepOption.STRENGTH);
        AlphaSchedule schedule = new AlphaSchedule(noise, TimestepSpacing.LEADING, 0);
        int[] timesteps = options.custom(CustomSchedule.Kind.TIMESTEPS)
                .map(custom -> whole(custom, options))
                .orElseGet(() -> timesteps(options));
        return schedule.plan(
                timesteps, options.beginIndex(), options.steps(timesteps.length, 1, i -> step(schedule, timesteps, i)));
    }

    /** As diffusers counts the steps then, a run along a part of them would add noise to the result. */
    private static int[] whole(double[] custom, SamplingOptions options) {
        double strength = options.get(StepOption.STRENGTH, 1);
        if (strength != 1) {
            throw new IllegalArgumentException("LCMScheduler: strength is " + strength
                    + ", want 1 with timesteps; give those of the end only instead");
        }
        return AlphaSchedule.whole(custom);
    }

    /** Evenly skipped through those of the distillation. */
    private int[] timesteps(SamplingOptions options) {
        int steps = options.numInferenceSteps();
        int original = (int) options.get(StepOption.ORIGINAL_INFERENCE_STEPS, originalInferenceSteps);
        int available = (int) (original * options.get(StepOption.STRENGTH, 1));
        if (original < 1 || original > noise.size() || steps > available) {
            throw new IllegalArgumentException("LCMScheduler: num_inference_steps is " + steps
                    + ", want at most original_inference_steps times strength, which is " + available
                    + "; original_inference_steps itself is " + original + " of " + noise.size()
                    + " num_train_timesteps");
        }
        int stride = noise.size() / original;
        return IntStream.range(0, steps)
                .map(i -> (int) Math.floor(i * ((double) available / steps)))
                .map(skipped -> (available - skipped) * stride - 1)
                .toArray();
    }

    private Step step(AlphaSchedule schedule, int[] timesteps, int index) {
        int timestep = timesteps[index];
        StepBuilder step = new StepBuilder(timestep);
        LinearForm original =
                step.limit(limit, predictionType.original(SAMPLE, MODEL_OUTPUT, schedule.level(timestep)));
        double scaled = timestep * timestepScaling;
        double squares = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
        double skip = SIGMA_DATA * SIGMA_DATA / squares;
        double out = scaled / Math.sqrt(squares);
        LinearForm denoised = original.times(out).plus(SAMPLE.times(skip));
        if (index == timesteps.length - 1) {
            return step.next(denoised);
        }
        NoiseLevel next = NoiseLevel.ofAlphaCumprod(schedule.alphaCumprod(timesteps[index + 1], finalAlphaCumprod));
        return step.next(denoised.times(next.alpha())
                .plus(step.draw(NoiseDraw.MODEL_TYPE).times(next.sigma())));
    }
}
