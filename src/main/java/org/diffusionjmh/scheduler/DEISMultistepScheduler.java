package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Diffusion exponential integrator sampler (Zhang and Chen 2023, "Fast Sampling of Diffusion Models with Exponential Integrator"): the
 * noise is a polynomial in log rho, with rho noise over signal, through the last few outputs, and is integrated over rho exactly.
 *
 * @param schedule timesteps and noise levels
 * @param solverOrder 1 to 3
 * @param predictionType what the denoiser predicts
 * @param limit how predicted samples are kept in range
 * @param lowerOrderFinal whether short runs end at lower order
 */
record DEISMultistepScheduler(
        SolverSchedule schedule,
        int solverOrder,
        PredictionType predictionType,
        SampleLimit limit,
        boolean lowerOrderFinal)
        implements Scheduler {
    private static final int MAX_ORDER = 3;
    private static final int SHORT_RUN = 15;
    private static final Set<String> ALGORITHMS_ELSEWHERE = Set.of("dpmsolver", "dpmsolver++");
    private static final Set<String> SOLVER_TYPES_ELSEWHERE = Set.of("midpoint", "heun", "bh1", "bh2");

    private enum Algorithm {
        DEIS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private enum SolverType {
        LOGRHO;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static DEISMultistepScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL);
        config.choice(
                "algorithm_type",
                Algorithm.DEIS,
                List.of(Algorithm.DEIS),
                text -> ALGORITHMS_ELSEWHERE.contains(text) ? Algorithm.DEIS.toString() : text);
        config.choice(
                "solver_type",
                SolverType.LOGRHO,
                List.of(SolverType.LOGRHO),
                text -> SOLVER_TYPES_ELSEWHERE.contains(text) ? SolverType.LOGRHO.toString() : text);
        return new DEISMultistepScheduler(
                SolverSchedule.of(
                        config, NoiseSchedule.of(betas), SigmaSpacing.of(config), FlowShift.withoutTerminal(config)),
                DpmSolverSettings.solverOrder(config, MAX_ORDER),
                DpmSolverSettings.predictionType(config, true),
                SampleLimit.thresholding(config),
                config.flag("lower_order_final", true));
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.MU);
        SigmaTable table = table(options);
        return new SamplingPlan(
                1,
                table.timesteps(),
                table.sigmas(),
                table.levels(schedule::level),
                options.beginIndex(),
                options.steps(table.timesteps().size(), order(), i -> step(table, i, i - options.beginIndex())));
    }

    /** Ends at the smallest noise level of training; chosen noise levels already do, and their last is repeated. */
    private SigmaTable table(SamplingOptions options) {
        SolverPoints points = schedule.points(options, schedule.noise().size());
        if (schedule.sigmaSpacing() == SigmaSpacing.OF_TIMESTEPS && !schedule.alongFlow()) {
            return points.endingAt(schedule.noise().smallestSigma());
        }
        return (schedule.sigmaSpacing() == SigmaSpacing.KARRAS ? points.withRoundedTimesteps() : points)
                .endingAt(points.lastSigma());
    }

    private int order(int index, int before, int steps) {
        int left = lowerOrderFinal && steps < SHORT_RUN ? steps - index : MAX_ORDER;
        return Math.min(Math.min(solverOrder, before + 1), left);
    }

    private Step step(SigmaTable table, int index, int before) {
        StepBuilder step = new StepBuilder(table.timesteps().get(index));
        NoiseLevel from = schedule.level(table.sigma(index));
        NoiseLevel to = schedule.level(table.sigma(index + 1));
        step.let(history(before), noise(step, from));
        int order = order(index, before, table.timesteps().size());
        List<Double> rhos = IntStream.range(0, order)
                .mapToObj(k -> rho(schedule.level(table.sigma(index - k))))
                .toList();

        LinearForm next = SAMPLE.over(from.alpha());
        for (int k = 0; k < order; k++) {
            next = next.plus(LinearForm.of(history(before - k)).times(weight(rhos, k, rho(from), rho(to))));
        }
        return step.next(next.times(to.alpha()));
    }

    private LinearForm noise(StepBuilder step, NoiseLevel level) {
        LinearForm original = step.limit(limit, predictionType.original(SAMPLE, MODEL_OUTPUT, level));
        return SAMPLE.minus(original.times(level.alpha())).over(level.sigma());
    }

    private static double rho(NoiseLevel level) {
        return level.sigma() / level.alpha();
    }

    /** The integral over rho of the polynomial in log rho that is 1 at node k and 0 at the others. */
    private static double weight(List<Double> nodes, int k, double from, double to) {
        List<Double> others = IntStream.range(0, nodes.size())
                .filter(i -> i != k)
                .mapToObj(i -> Math.log(nodes.get(i)))
                .toList();
        double denominator = others.stream()
                .mapToDouble(other -> Math.log(nodes.get(k)) - other)
                .reduce(1, (a, b) -> a * b);
        return (antiderivative(others, to) - antiderivative(others, from)) / denominator;
    }

    /** Of the product of {@code log rho - root} over at most two roots. */
    private static double antiderivative(List<Double> roots, double rho) {
        double log = Math.log(rho);
        return switch (roots.size()) {
            case 0 -> rho;
            case 1 -> rho * (log - 1 - roots.get(0));
            default -> {
                double sum = roots.get(0) + roots.get(1);
                double product = roots.get(0) * roots.get(1);
                yield rho * (log * log - (2 + sum) * log + 2 + sum + product);
            }
        };
    }

    private Register history(int before) {
        return Register.history(before % solverOrder);
    }
}
