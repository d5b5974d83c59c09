package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The midpoint method with the middle in the logarithm of sigma (k-diffusion's {@code sample_dpm_2}; Karras et al. 2022, algorithm 3 with
 * alpha 1/2, after DPM-Solver-2 of Lu et al. 2022).
 *
 * @param schedule timesteps and noise levels
 * @param predictionType what the denoiser predicts
 */
record KDPM2DiscreteScheduler(KarrasSchedule schedule, PredictionType predictionType) implements Scheduler {
    static KDPM2DiscreteScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, TwoCallTable.BETA_DEFAULTS);
        return new KDPM2DiscreteScheduler(
                KarrasSchedule.of(config, NoiseSchedule.of(betas), SigmaSpacing.of(config)),
                PredictionType.of(config, List.of(PredictionType.EPSILON, PredictionType.V_PREDICTION)));
    }

    @Override
    public int order() {
        return 2;
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this);
        SigmaTable table = schedule.tableWithRoundedKarrasTimesteps(options);
        int steps = table.timesteps().size();
        List<Double> middles = IntStream.range(0, steps)
                .mapToObj(i -> TwoCallTable.halfway(table.sigma(i), table.sigma(i + 1)))
                .toList();
        List<Double> sigmas = TwoCallTable.lastThrice(table.sigmas());
        List<Double> timesteps = TwoCallTable.interleaved(
                table.timesteps(),
                middles.stream().map(schedule.noise()::timestep).toList());
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
                                ? toMiddle(timesteps.get(i), sigmas.get(i), middles.get(i / 2))
                                : fromStart(timesteps.get(i), sigmas.get(i - 1), middles.get(i / 2), sigmas.get(i))));
    }

    private Step toMiddle(double timestep, double sigma, double middle) {
        StepBuilder step = new StepBuilder(timestep, KarrasSchedule.inputScale(sigma));
        step.let(Register.SAVED_SAMPLE, SAMPLE);
        return step.next(SAMPLE.plus(derivative(sigma).times(middle - sigma)));
    }

    private Step fromStart(double timestep, double sigma, double middle, double next) {
        StepBuilder step = new StepBuilder(timestep, KarrasSchedule.inputScale(middle));
        return step.next(
                LinearForm.of(Register.SAVED_SAMPLE).plus(derivative(middle).times(next - sigma)));
    }

    private LinearForm derivative(double sigma) {
        return predictionType.derivative(SAMPLE, MODEL_OUTPUT, sigma);
    }
}
