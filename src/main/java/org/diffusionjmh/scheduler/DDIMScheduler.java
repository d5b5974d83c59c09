package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

/**
 * Denoising diffusion implicit models (Song et al. 2021): equation 12, with the variance of equation 16.
 *
 * @param schedule timesteps and noise levels
 * @param finalAlphaCumprod share of the signal's variance where the run ends
 * @param predictionType what the denoiser predicts
 * @param limit how predicted samples are kept in range
 */
record DDIMScheduler(AlphaSchedule schedule, double finalAlphaCumprod, PredictionType predictionType, SampleLimit limit)
        implements Scheduler {
    static DDIMScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL);
        NoiseSchedule noise = AlphaSchedule.rescaled(betas, config.flag("rescale_betas_zero_snr", false));
        return new DDIMScheduler(
                AlphaSchedule.of(config, noise),
                config.flag("set_alpha_to_one", true) ? 1 : noise.alphaCumprod(0),
                PredictionType.of(config, PredictionType.OF_DIFFUSION),
                SampleLimit.thresholdingOrClipping(config, true));
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.ETA, StepOption.USE_CLIPPED_MODEL_OUTPUT);
        options.requireAtMost(schedule.noise().size());
        int[] timesteps = schedule.timesteps(options.numInferenceSteps());
        return schedule.plan(
                timesteps, options.beginIndex(), options.steps(timesteps.length, 1, i -> step(timesteps[i], options)));
    }

    private Step step(int timestep, SamplingOptions options) {
        StepBuilder step = new StepBuilder(timestep);
        NoiseLevel level = schedule.level(timestep);
        double alphaCumprod = schedule.noise().alphaCumprod(timestep);
        double previousAlphaCumprod =
                schedule.alphaCumprod(timestep - schedule.stride(options.numInferenceSteps()), finalAlphaCumprod);

        LinearForm original = step.limit(limit, predictionType.original(SAMPLE, MODEL_OUTPUT, level));
        LinearForm noise = options.get(StepOption.USE_CLIPPED_MODEL_OUTPUT, 0) != 0
                ? SAMPLE.minus(original.times(level.alpha())).over(level.sigma())
                : predictionType.noise(SAMPLE, MODEL_OUTPUT, level);

        double variance = (1 - previousAlphaCumprod) / (1 - alphaCumprod) * (1 - alphaCumprod / previousAlphaCumprod);
        double eta = options.get(StepOption.ETA, 0);
        double deviation = eta * Math.sqrt(variance);
        LinearForm direction = noise.times(Math.sqrt(1 - previousAlphaCumprod - deviation * deviation));
        LinearForm previous = original.times(Math.sqrt(previousAlphaCumprod)).plus(direction);
        return step.next(eta > 0 ? previous.plus(step.draw(NoiseDraw.MODEL_TYPE).times(deviation)) : previous);
    }
}
