package org.diffusionjmh.scheduler;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The noise levels of UniPC, which have more options than those of its relatives.
 *
 * @param solver timesteps and noise levels as its relatives have them
 * @param sigmaMin smallest noise level of the spacings that have one
 * @param sigmaMax largest noise level of the spacings that have one
 * @param finalSigma where the run ends
 */
record UniPCSchedule(SolverSchedule solver, OptionalDouble sigmaMin, OptionalDouble sigmaMax, FinalSigma finalSigma) {
    /** How far the first noise level of a flow stays from pure noise, whose logarithm of the signal is infinite. */
    private static final double FROM_PURE_NOISE = 1e-6;

    static UniPCSchedule of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL);
        FlowShift flow = FlowShift.withTerminal(config, "flow_shift");
        boolean alongFlow = config.flag("use_flow_sigmas", false);
        if (!alongFlow && flow.terminal().isPresent()) {
            throw config.refuse("shift_terminal", "null with use_flow_sigmas false");
        }
        SigmaSpacing spacing = SigmaSpacing.of(config);
        if (alongFlow && spacing != SigmaSpacing.OF_TIMESTEPS && spacing != SigmaSpacing.KARRAS) {
            throw config.refuse("use_flow_sigmas", "false with exponential or beta sigmas");
        }
        return new UniPCSchedule(
                new SolverSchedule(
                        NoiseSchedule.withFiniteSigmas(betas, config.flag("rescale_betas_zero_snr", false)),
                        TimestepSpacing.of(config, TimestepSpacing.LINSPACE),
                        config.integer("steps_offset", 0),
                        spacing,
                        alongFlow,
                        flow),
                config.optionalNumber("sigma_min"),
                config.optionalNumber("sigma_max"),
                FinalSigma.of(config));
    }

    SigmaTable table(SamplingOptions options) {
        boolean flow = solver.alongFlow() && solver.sigmaSpacing() == SigmaSpacing.OF_TIMESTEPS;
        if (options.schedule().isPresent() && !flow) {
            throw new IllegalArgumentException(
                    "UniPCMultistepScheduler: takes sigmas with use_flow_sigmas true and no other noise levels chosen only");
        }
        return switch (solver.sigmaSpacing()) {
            case OF_TIMESTEPS -> solver.alongFlow() ? flow(options) : ofTimesteps(options);
            case KARRAS ->
                solver.alongFlow()
                        ? endingAtLast(solver.alongFlow(Arrays.stream(chosen(options))
                                .map(sigma -> sigma / (sigma + 1))
                                .toArray()))
                        : endingAtLast(solver.at(chosen(options)).withRoundedTimesteps());
            default -> endingAtLast(solver.at(chosen(options)));
        };
    }

    private SigmaTable ofTimesteps(SamplingOptions options) {
        NoiseSchedule noise = solver.noise();
        return solver.points(options, noise.size()).endingAt(finalSigma.value(noise.smallestSigma()));
    }

    private double[] chosen(SamplingOptions options) {
        solver.flow().refuseMu(options);
        NoiseSchedule noise = solver.noise();
        return solver.sigmaSpacing()
                .between(
                        sigmaMax.orElse(noise.largestSigma()),
                        sigmaMin.orElse(noise.smallestSigma()),
                        options.numInferenceSteps());
    }

    private SigmaTable flow(SamplingOptions options) {
        int steps = options.numInferenceSteps();
        double[] given = options.custom(CustomSchedule.Kind.SIGMAS).orElseGet(() -> {
            double[] even = TimestepSpacing.linspace(1, 1.0 / solver.noise().size(), steps + 1);
            return Arrays.copyOf(even, steps);
        });
        double[] sigmas = solver.flow().apply(given, options);
        if (Math.abs(sigmas[0] - 1) < FROM_PURE_NOISE) {
            sigmas[0] -= FROM_PURE_NOISE;
        }
        return endingAtLast(solver.alongFlow(sigmas));
    }

    /** Chosen noise levels end at the smallest of training already: {@code sigma_min} then repeats the last. */
    private SigmaTable endingAtLast(SolverPoints points) {
        return points.endingAt(finalSigma.value(points.lastSigma()));
    }
}
