package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.Arrays;
import java.util.Set;

/**
 * Euler's method along a rectified flow (Liu et al. 2023, "Flow Straight and Fast"; Esser et al. 2024 for the noise levels): the denoiser
 * predicts the direction from sample to noise.
 *
 * @param numTrainTimesteps number of training timesteps
 * @param shift how the noise levels are moved towards noise
 * @param sigmaSpacing where the noise levels lie
 * @param invertSigmas whether the run goes from picture to noise
 * @param stochasticSampling whether each step goes to the clean sample and adds new noise
 */
record FlowMatchEulerDiscreteScheduler(
        int numTrainTimesteps,
        FlowShift shift,
        SigmaSpacing sigmaSpacing,
        boolean invertSigmas,
        boolean stochasticSampling)
        implements Scheduler {

    static FlowMatchEulerDiscreteScheduler of(SchedulerConfig config) {
        // From these pipelines compute mu; the scheduler itself has no use for them.
        config.number("base_shift", 0.5);
        config.number("max_shift", 1.15);
        config.integer("base_image_seq_len", 256);
        config.integer("max_image_seq_len", 4096);
        return new FlowMatchEulerDiscreteScheduler(
                config.positive("num_train_timesteps", 1000),
                FlowShift.withTerminal(config, "shift"),
                SigmaSpacing.of(config),
                config.flag("invert_sigmas", false),
                config.flag("stochastic_sampling", false));
    }

    @Override
    public Set<CustomSchedule.Kind> customSchedules() {
        return Set.of(CustomSchedule.Kind.TIMESTEPS, CustomSchedule.Kind.SIGMAS);
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.MU);
        SigmaTable table = table(options);
        return new SamplingPlan(
                1,
                table.timesteps(),
                table.sigmas(),
                table.levels(NoiseLevel::flow),
                options.beginIndex(),
                options.steps(
                        table.timesteps().size(),
                        order(),
                        i -> step(table.timesteps().get(i), table.sigma(i), table.sigma(i + 1))));
    }

    private SigmaTable table(SamplingOptions options) {
        int steps = options.numInferenceSteps();
        double[] sigmas = shift.apply(unshifted(options), options);
        if (sigmaSpacing != SigmaSpacing.OF_TIMESTEPS) {
            sigmas = sigmaSpacing.between(sigmas[0], sigmas[steps - 1], steps);
        }
        if (invertSigmas) {
            sigmas = Arrays.stream(sigmas).map(sigma -> 1 - sigma).toArray();
        }
        double[] timesteps = Arrays.stream(sigmas)
                .map(sigma -> (float) sigma * numTrainTimesteps)
                .toArray();
        return SigmaTable.of(timesteps, sigmas, invertSigmas ? 1 : 0);
    }

    private double[] unshifted(SamplingOptions options) {
        return options.schedule()
                .map(schedule -> schedule.kind() == CustomSchedule.Kind.SIGMAS
                        ? schedule.toArray()
                        : Arrays.stream(schedule.toArray())
                                .map(timestep -> timestep / numTrainTimesteps)
                                .toArray())
                // As in diffusers, a fixed shift moves the ends of the range, and then all levels in it once more.
                .orElseGet(() -> TimestepSpacing.linspace(
                        shift.fixed(1), shift.fixed(1.0 / numTrainTimesteps), options.numInferenceSteps()));
    }

    private Step step(double timestep, double sigma, double next) {
        StepBuilder step = new StepBuilder(timestep);
        if (!stochasticSampling) {
            return step.next(SAMPLE.plus(MODEL_OUTPUT.times(next - sigma)));
        }
        LinearForm original = SAMPLE.minus(MODEL_OUTPUT.times(sigma));
        LinearForm noise = step.draw(NoiseDraw.FLOAT32);
        return step.next(original.times(1 - next).plus(noise.times(next)));
    }
}
