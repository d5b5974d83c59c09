package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Euler's method, with noise put back before a step if asked for (Karras et al. 2022, algorithm 2 without its second order).
 *
 * @param schedule timesteps and noise levels
 * @param interpolation how noise levels lie between those of training
 * @param sigmaMin smallest noise level of the spacings that have one
 * @param sigmaMax largest noise level of the spacings that have one
 * @param finalSigma where the run ends
 * @param continuousTimesteps whether the denoiser is told a quarter of log sigma
 * @param predictionType what the denoiser predicts
 */
record EulerDiscreteScheduler(
        KarrasSchedule schedule,
        Interpolation interpolation,
        OptionalDouble sigmaMin,
        OptionalDouble sigmaMax,
        FinalSigma finalSigma,
        boolean continuousTimesteps,
        PredictionType predictionType)
        implements Scheduler {

    private static final double LARGEST_CHURN = Math.sqrt(2) - 1;

    /** {@code interpolation_type}. */
    enum Interpolation {
        LINEAR,
        LOG_LINEAR;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private enum TimestepType {
        DISCRETE,
        CONTINUOUS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static EulerDiscreteScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL);
        PredictionType predictionType = PredictionType.of(config, PredictionType.OF_DIFFUSION);
        TimestepType timestepType =
                config.choice("timestep_type", TimestepType.DISCRETE, List.of(TimestepType.values()));
        return new EulerDiscreteScheduler(
                KarrasSchedule.of(
                        config,
                        NoiseSchedule.withFiniteSigmas(betas, config.flag("rescale_betas_zero_snr", false)),
                        SigmaSpacing.of(config)),
                config.choice("interpolation_type", Interpolation.LINEAR, List.of(Interpolation.values())),
                config.optionalNumber("sigma_min"),
                config.optionalNumber("sigma_max"),
                FinalSigma.of(config),
                // diffusers takes the type into account for this prediction only
                timestepType == TimestepType.CONTINUOUS && predictionType == PredictionType.V_PREDICTION,
                predictionType);
    }

    @Override
    public Set<CustomSchedule.Kind> customSchedules() {
        return Set.of(CustomSchedule.Kind.TIMESTEPS, CustomSchedule.Kind.SIGMAS);
    }

    @Override
    public int steps(SamplingOptions options) {
        boolean withEnd = options.custom(CustomSchedule.Kind.SIGMAS).isPresent();
        return withEnd ? options.numInferenceSteps() - 1 : options.numInferenceSteps();
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.S_CHURN, StepOption.S_TMIN, StepOption.S_TMAX, StepOption.S_NOISE);
        SigmaTable table =
                options.custom(CustomSchedule.Kind.SIGMAS).map(this::along).orElseGet(() -> table(options));
        return new SamplingPlan(
                schedule.initNoiseSigma(table),
                table.timesteps(),
                table.sigmas(),
                KarrasSchedule.noiseLevels(table.sigmas(), table.timesteps().size()),
                options.beginIndex(),
                options.steps(table.timesteps().size(), order(), i -> step(table, i, options)));
    }

    /** The table of a caller's noise levels, of which the last is that of the end. */
    private SigmaTable along(double[] sigmas) {
        if (sigmas.length < 2) {
            throw new IllegalArgumentException("EulerDiscreteScheduler: sigmas is one number, want at least two: one"
                    + " for each step, and that of the end");
        }
        double[] visited = Arrays.copyOf(sigmas, sigmas.length - 1);
        return SigmaTable.of(
                continuousTimesteps ? continuous(visited) : schedule.timestepsOf(visited),
                visited,
                sigmas[sigmas.length - 1]);
    }

    private SigmaTable table(SamplingOptions options) {
        if (continuousTimesteps) {
            options.refuseTimesteps("timestep_type continuous");
        }
        NoiseSchedule noise = schedule.noise();
        double[] timesteps = schedule.spacedTimesteps(options);
        int steps = timesteps.length;
        double[] sigmas =
                switch (interpolation) {
                    case LINEAR ->
                        Arrays.stream(timesteps).map(noise::interpolatedSigma).toArray();
                    case LOG_LINEAR ->
                        SigmaSpacing.EXPONENTIAL.between(noise.largestSigma(), noise.smallestSigma(), steps + 1);
                };
        if (schedule.sigmaSpacing() != SigmaSpacing.OF_TIMESTEPS) {
            sigmas = schedule.sigmaSpacing()
                    .between(sigmaMax.orElse(sigmas[0]), sigmaMin.orElse(sigmas[sigmas.length - 1]), steps);
            timesteps = schedule.timestepsOf(sigmas);
        }
        if (continuousTimesteps) {
            timesteps = continuous(sigmas);
        }
        return SigmaTable.of(timesteps, sigmas, finalSigma.value(noise.smallestSigma()));
    }

    private static double[] continuous(double[] sigmas) {
        return Arrays.stream(sigmas).map(sigma -> 0.25 * Math.log(sigma)).toArray();
    }

    private Step step(SigmaTable table, int index, SamplingOptions options) {
        double sigma = table.sigma(index);
        StepBuilder step = new StepBuilder(table.timesteps().get(index), KarrasSchedule.inputScale(sigma));
        boolean churns = options.get(StepOption.S_TMIN, 0) <= sigma
                && sigma <= options.get(StepOption.S_TMAX, Double.POSITIVE_INFINITY);
        double gamma = churns
                ? Math.min(options.get(StepOption.S_CHURN, 0) / (table.sigmas().size() - 1), LARGEST_CHURN)
                : 0;
        double sigmaHat = sigma * (gamma + 1);
        LinearForm sampleHat = SAMPLE;
        if (gamma > 0) {
            double scale = options.get(StepOption.S_NOISE, 1) * Math.sqrt(sigmaHat * sigmaHat - sigma * sigma);
            sampleHat = SAMPLE.plus(step.draw(NoiseDraw.MODEL_TYPE).times(scale));
        }
        // As in diffusers, only a predicted noise is taken at the raised level.
        LinearForm denoised = predictionType.denoised(
                sampleHat, MODEL_OUTPUT, predictionType == PredictionType.EPSILON ? sigmaHat : sigma);
        LinearForm derivative = sampleHat.minus(denoised).over(sigmaHat);
        return step.next(sampleHat.plus(derivative.times(table.sigma(index + 1) - sigmaHat)));
    }
}
