package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Denoising diffusion probabilistic models (Ho et al. 2020): the posterior of equation 7, between the timesteps that the run visits.
 *
 * @param schedule timesteps and noise levels
 * @param predictionType what the denoiser predicts
 * @param limit how predicted samples are kept in range
 * @param variance variance of the noise that a step adds
 */
record DDPMScheduler(AlphaSchedule schedule, PredictionType predictionType, SampleLimit limit, Variance variance)
        implements Scheduler {
    private static final List<BetaSchedule.Kind> BETA_SCHEDULES = List.of(
            BetaSchedule.Kind.LINEAR,
            BetaSchedule.Kind.SCALED_LINEAR,
            BetaSchedule.Kind.SQUAREDCOS_CAP_V2,
            BetaSchedule.Kind.SIGMOID,
            BetaSchedule.Kind.LAPLACE);

    /** {@code variance_type}, as far as it needs no variances from the denoiser (section 3.2). */
    enum Variance {
        /** That of the posterior. */
        FIXED_SMALL,
        /** The same; diffusers takes the root in the logarithm. */
        FIXED_SMALL_LOG,
        /** The beta of the step. */
        FIXED_LARGE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static DDPMScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BETA_SCHEDULES, BetaSchedule.Defaults.USUAL);
        return new DDPMScheduler(
                AlphaSchedule.of(config, AlphaSchedule.rescaled(betas, config.flag("rescale_betas_zero_snr", false))),
                PredictionType.of(config, PredictionType.OF_DIFFUSION),
                SampleLimit.thresholdingOrClipping(config, true),
                config.choice("variance_type", Variance.FIXED_SMALL, List.of(Variance.values())));
    }

    @Override
    public Set<CustomSchedule.Kind> customSchedules() {
        return Set.of(CustomSchedule.Kind.TIMESTEPS);
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this);
        options.requireAtMost(schedule.noise().size());
        int[] timesteps = options.custom(CustomSchedule.Kind.TIMESTEPS)
                .map(AlphaSchedule::whole)
                .orElseGet(() -> schedule.timesteps(options.numInferenceSteps()));
        return schedule.plan(
                timesteps,
                options.beginIndex(),
                options.steps(
                        timesteps.length,
                        1,
                        i -> step(timesteps[i], i + 1 < timesteps.length ? timesteps[i + 1] : -1)));
    }

    private Step step(int timestep, int previous) {
        StepBuilder step = new StepBuilder(timestep);
        double alphaCumprod = schedule.noise().alphaCumprod(timestep);
        double previousAlphaCumprod = schedule.alphaCumprod(previous, 1);
        double alpha = alphaCumprod / previousAlphaCumprod;
        double beta = 1 - alpha;

        LinearForm original =
                step.limit(limit, predictionType.original(SAMPLE, MODEL_OUTPUT, schedule.level(timestep)));
        LinearForm mean = original.times(Math.sqrt(previousAlphaCumprod) * beta / (1 - alphaCumprod))
                .plus(SAMPLE.times(Math.sqrt(alpha) * (1 - previousAlphaCumprod) / (1 - alphaCumprod)));
        if (timestep == 0) {
            return step.next(mean);
        }
        double stepVariance =
                switch (variance) {
                    case FIXED_SMALL, FIXED_SMALL_LOG ->
                        Math.max((1 - previousAlphaCumprod) / (1 - alphaCumprod) * beta, 1e-20);
                    case FIXED_LARGE -> beta;
                };
        return step.next(mean.plus(step.draw(NoiseDraw.MODEL_TYPE).times(Math.sqrt(stepVariance))));
    }
}
