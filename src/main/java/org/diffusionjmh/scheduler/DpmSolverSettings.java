package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the single-step and the multistep DPM-Solver have in common.
 *
 * @param solverOrder 1 to 3
 * @param algorithm which equation is solved for which output
 * @param midpoint whether {@code solver_type} is midpoint, not heun
 * @param predictionType what the denoiser predicts
 * @param limit how predicted samples are kept in range
 * @param finalSigma where the run ends
 * @param lambdaMinClipped timesteps with a smaller half log signal-to-noise ratio are left out
 */
record DpmSolverSettings(
        int solverOrder,
        DpmSolverAlgorithm algorithm,
        boolean midpoint,
        PredictionType predictionType,
        SampleLimit limit,
        FinalSigma finalSigma,
        double lambdaMinClipped) {
    private static final int MAX_ORDER = 3;
    private static final Set<String> SOLVER_TYPES_ELSEWHERE = Set.of("logrho", "bh1", "bh2");

    private enum SolverType {
        MIDPOINT,
        HEUN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static DpmSolverSettings of(SchedulerConfig config, List<DpmSolverAlgorithm> algorithms) {
        DpmSolverAlgorithm algorithm = DpmSolverAlgorithm.of(config, algorithms);
        SolverType solverType = config.choice(
                "solver_type",
                SolverType.MIDPOINT,
                List.of(SolverType.values()),
                text -> SOLVER_TYPES_ELSEWHERE.contains(text) ? SolverType.MIDPOINT.toString() : text);
        FinalSigma finalSigma = FinalSigma.of(config);
        if (finalSigma == FinalSigma.ZERO && !algorithm.expandsSample()) {
            throw config.refuse("final_sigmas_type", "sigma_min with algorithm_type " + algorithm);
        }
        // Only DDPM uses it; what matters here is that the denoiser predicts no variances.
        config.choice("variance_type", DDPMScheduler.Variance.FIXED_SMALL, List.of(DDPMScheduler.Variance.values()));
        return new DpmSolverSettings(
                solverOrder(config, MAX_ORDER),
                algorithm,
                solverType == SolverType.MIDPOINT,
                predictionType(config, algorithm.expandsSample()),
                SampleLimit.thresholding(config),
                finalSigma,
                config.number("lambda_min_clipped", Double.NEGATIVE_INFINITY));
    }

    static int solverOrder(SchedulerConfig config, int max) {
        int order = config.positive("solver_order", 2);
        if (order > max) {
            throw config.refuse("solver_order", "1 to " + max);
        }
        return order;
    }

    /** A flow's direction is understood only along a flow. */
    static PredictionType predictionType(SchedulerConfig config, boolean expandsSample) {
        PredictionType type = PredictionType.of(config, List.of(PredictionType.values()));
        if (type == PredictionType.FLOW_PREDICTION && !(config.flag("use_flow_sigmas", false) && expandsSample)) {
            throw config.refuse(
                    "prediction_type",
                    "one of " + PredictionType.OF_DIFFUSION
                            + "; flow_prediction goes with use_flow_sigmas true and a solver that predicts the sample");
        }
        return type;
    }

    /** The table of a run, whose noisiest timesteps may be left out. */
    SigmaTable table(SolverSchedule schedule, SamplingOptions options, boolean roundedTimesteps) {
        int last = schedule.noise().size() - schedule.timestepsBelow(lambdaMinClipped);
        SolverPoints points = schedule.points(options, last);
        return (roundedTimesteps ? points.withRoundedTimesteps() : points)
                .endingAt(finalSigma.value(schedule.noise().smallestSigma()));
    }

    /** Emits the conversion of the model output to what the algorithm expands. */
    LinearForm output(StepBuilder step, NoiseLevel level) {
        LinearForm sample = StepBuilder.SAMPLE;
        LinearForm original = predictionType.original(sample, StepBuilder.MODEL_OUTPUT, level);
        if (algorithm.expandsSample()) {
            return step.limit(limit, original);
        }
        return limit instanceof SampleLimit.None
                ? predictionType.noise(sample, StepBuilder.MODEL_OUTPUT, level)
                : sample.minus(step.limit(limit, original).times(level.alpha())).over(level.sigma());
    }

    /** The first derivative's factor for two outputs. */
    double first(DpmSolverAlgorithm.Expansion expansion) {
        return midpoint ? expansion.firstMidpoint() : expansion.first();
    }
}
