package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.List;

/**
 * Euler's method with ancestral sampling: each step goes below the next noise level and adds noise up to it (k-diffusion's
 * {@code sample_euler_ancestral}; the split of the variance is DDPM's, Ho et al. 2020).
 */
record EulerAncestralDiscreteScheduler(KarrasSchedule schedule, PredictionType predictionType) implements Scheduler {
    static EulerAncestralDiscreteScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL);
        return new EulerAncestralDiscreteScheduler(
                KarrasSchedule.of(
                        config,
                        NoiseSchedule.withFiniteSigmas(betas, config.flag("rescale_betas_zero_snr", false)),
                        SigmaSpacing.OF_TIMESTEPS),
                PredictionType.of(config, List.of(PredictionType.EPSILON, PredictionType.V_PREDICTION)));
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this);
        SigmaTable table = schedule.table(options);
        return new SamplingPlan(
                schedule.initNoiseSigma(table),
                table.timesteps(),
                table.sigmas(),
                KarrasSchedule.noiseLevels(table.sigmas(), table.timesteps().size()),
                options.beginIndex(),
                options.steps(
                        table.timesteps().size(),
                        order(),
                        i -> step(table.timesteps().get(i), table.sigma(i), table.sigma(i + 1))));
    }

    private Step step(double timestep, double sigma, double next) {
        StepBuilder step = new StepBuilder(timestep, KarrasSchedule.inputScale(sigma));
        AncestralStep split = AncestralStep.between(sigma, next);
        LinearForm derivative = predictionType.derivative(SAMPLE, MODEL_OUTPUT, sigma);
        LinearForm noise = step.draw(NoiseDraw.MODEL_TYPE);
        return step.next(SAMPLE.plus(derivative.times(split.down() - sigma)).plus(noise.times(split.up())));
    }
}
