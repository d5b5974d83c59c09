package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.List;
import java.util.Set;

/**
 * Heun's method (Karras et al. 2022, algorithm 1): an Euler step, and the same step again with the mean of the derivatives at its ends;
 * Euler only where the end has no noise.
 *
 * @param schedule timesteps and noise levels
 * @param predictionType what the denoiser predicts
 * @param limit how predicted samples are kept in range
 */
record HeunDiscreteScheduler(KarrasSchedule schedule, PredictionType predictionType, SampleLimit limit)
        implements Scheduler {
    private static final List<BetaSchedule.Kind> BETA_SCHEDULES = List.of(
            BetaSchedule.Kind.LINEAR,
            BetaSchedule.Kind.SCALED_LINEAR,
            BetaSchedule.Kind.SQUAREDCOS_CAP_V2,
            BetaSchedule.Kind.EXP);

    static HeunDiscreteScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BETA_SCHEDULES, TwoCallTable.BETA_DEFAULTS);
        return new HeunDiscreteScheduler(
                KarrasSchedule.of(config, NoiseSchedule.of(betas), SigmaSpacing.of(config)),
                PredictionType.of(config, PredictionType.OF_DIFFUSION),
                SampleLimit.clipping(config, false));
    }

    @Override
    public int order() {
        return 2;
    }

    @Override
    public Set<CustomSchedule.Kind> customSchedules() {
        return Set.of(CustomSchedule.Kind.TIMESTEPS);
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this);
        SigmaTable table = schedule.table(options);
        List<Double> sigmas = TwoCallTable.twiceInside(table.sigmas());
        List<Double> timesteps = TwoCallTable.twiceAfterFirst(table.timesteps());
        return new SamplingPlan(
                schedule.initNoiseSigma(table),
                timesteps,
                sigmas,
                KarrasSchedule.noiseLevels(sigmas, timesteps.size()),
                options.beginIndex(),
                options.steps(
                        timesteps.size(),
                        2,
                        i -> i % 2 == 0
                                ? euler(timesteps.get(i), sigmas.get(i), sigmas.get(i + 1))
                                : correction(timesteps.get(i), sigmas.get(i - 1), sigmas.get(i))));
    }

    private Step euler(double timestep, double sigma, double next) {
        StepBuilder step = new StepBuilder(timestep, KarrasSchedule.inputScale(sigma));
        LinearForm derivative = step.let(Register.history(0), derivative(step, sigma));
        step.let(Register.SAVED_SAMPLE, SAMPLE);
        return step.next(SAMPLE.plus(derivative.times(next - sigma)));
    }

    private Step correction(double timestep, double sigma, double next) {
        StepBuilder step = new StepBuilder(timestep, KarrasSchedule.inputScale(next));
        LinearForm mean =
                LinearForm.of(Register.history(0)).plus(derivative(step, next)).over(2);
        return step.next(LinearForm.of(Register.SAVED_SAMPLE).plus(mean.times(next - sigma)));
    }

    private LinearForm derivative(StepBuilder step, double sigma) {
        LinearForm denoised = step.limit(limit, predictionType.denoised(SAMPLE, MODEL_OUTPUT, sigma));
        return SAMPLE.minus(denoised).over(sigma);
    }
}
