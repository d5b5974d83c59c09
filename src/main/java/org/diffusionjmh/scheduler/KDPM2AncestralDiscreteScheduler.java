package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The midpoint method of {@link KDPM2DiscreteScheduler} with ancestral sampling: each step goes below the next noise level and adds noise
 * up to it (k-diffusion's {@code sample_dpm_2_ancestral}).
 *
 * @param schedule timesteps and noise levels
 * @param predictionType what the denoiser predicts
 */
record KDPM2AncestralDiscreteScheduler(KarrasSchedule schedule, PredictionType predictionType) implements Scheduler {
    static KDPM2AncestralDiscreteScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, TwoCallTable.BETA_DEFAULTS);
        return new KDPM2AncestralDiscreteScheduler(
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
        List<AncestralStep> splits = IntStream.range(0, steps)
                .mapToObj(i -> AncestralStep.between(table.sigma(i), table.sigma(i + 1)))
                .toList();
        List<Double> middles = IntStream.range(0, steps)
                .mapToObj(
                        i -> TwoCallTable.halfway(table.sigma(i), splits.get(i).down()))
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
                                : fromStart(
                                        timesteps.get(i), sigmas.get(i - 1), middles.get(i / 2), splits.get(i / 2))));
    }

    private Step toMiddle(double timestep, double sigma, double middle) {
        StepBuilder step = new StepBuilder(timestep, KarrasSchedule.inputScale(sigma));
        step.let(Register.SAVED_SAMPLE, SAMPLE);
        return step.next(SAMPLE.plus(derivative(sigma).times(middle - sigma)));
    }

    private Step fromStart(double timestep, double sigma, double middle, AncestralStep split) {
        StepBuilder step = new StepBuilder(timestep, KarrasSchedule.inputScale(middle));
        LinearForm noise = step.draw(NoiseDraw.MODEL_TYPE);
        return step.next(LinearForm.of(Register.SAVED_SAMPLE)
                .plus(derivative(middle).times(split.down() - sigma))
                .plus(noise.times(split.up())));
    }

    private LinearForm derivative(double sigma) {
        return predictionType.derivative(SAMPLE, MODEL_OUTPUT, sigma);
    }
}
