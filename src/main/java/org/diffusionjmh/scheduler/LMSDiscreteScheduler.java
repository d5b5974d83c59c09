package org.diffusionjmh.scheduler;

import static org.diffusionjmh.scheduler.StepBuilder.MODEL_OUTPUT;
import static org.diffusionjmh.scheduler.StepBuilder.SAMPLE;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Linear multistep method (Adams-Bashforth over uneven noise levels, k-diffusion's {@code sample_lms}): the derivative is the polynomial
 * through the last few, integrated exactly.
 *
 * @param schedule timesteps and noise levels
 * @param predictionType what the denoiser predicts
 */
record LMSDiscreteScheduler(KarrasSchedule schedule, PredictionType predictionType) implements Scheduler {
    private static final int MAX_ORDER = 4;

    static LMSDiscreteScheduler of(SchedulerConfig config) {
        BetaSchedule betas = BetaSchedule.of(config, BetaSchedule.Kind.COMMON, BetaSchedule.Defaults.USUAL);
        return new LMSDiscreteScheduler(
                KarrasSchedule.of(config, NoiseSchedule.of(betas), SigmaSpacing.of(config)),
                PredictionType.of(config, PredictionType.OF_DIFFUSION));
    }

    @Override
    public SamplingPlan plan(SamplingOptions options) {
        options.requireOnly(this, StepOption.ORDER);
        int order = (int) options.get(StepOption.ORDER, MAX_ORDER);
        if (order < 1 || order > MAX_ORDER) {
            throw new IllegalArgumentException("LMSDiscreteScheduler: order is " + order + ", want 1 to " + MAX_ORDER);
        }
        SigmaTable table = schedule.table(options);
        return new SamplingPlan(
                schedule.initNoiseSigma(table),
                table.timesteps(),
                table.sigmas(),
                KarrasSchedule.noiseLevels(table.sigmas(), table.timesteps().size()),
                options.beginIndex(),
                options.steps(table.timesteps().size(), order(), i -> step(table, i, i - options.beginIndex(), order)));
    }

    private Step step(SigmaTable table, int index, int before, int maxOrder) {
        double sigma = table.sigma(index);
        StepBuilder step = new StepBuilder(table.timesteps().get(index), KarrasSchedule.inputScale(sigma));
        LinearForm derivative = predictionType.derivative(SAMPLE, MODEL_OUTPUT, sigma);
        step.let(Register.history(before % maxOrder), derivative);

        // A run that begins late has fewer derivatives than its index says; diffusers then leaves the older ones out of
        // the sum.
        int order = Math.min(index + 1, maxOrder);
        List<Double> nodes =
                IntStream.range(0, order).mapToObj(k -> table.sigma(index - k)).toList();
        LinearForm next = SAMPLE;
        for (int k = 0; k < Math.min(order, before + 1); k++) {
            double weight = integral(lagrange(nodes, k), sigma, table.sigma(index + 1));
            next = next.plus(
                    LinearForm.of(Register.history((before - k) % maxOrder)).times(weight));
        }
        return step.next(next);
    }

    /** The polynomial that is 1 at node k and 0 at the others. */
    private static DoubleUnaryOperator lagrange(List<Double> nodes, int k) {
        return x -> IntStream.range(0, nodes.size())
                .filter(i -> i != k)
                .mapToDouble(i -> (x - nodes.get(i)) / (nodes.get(k) - nodes.get(i)))
                .reduce(1, (a, b) -> a * b);
    }

    /** Gauss-Legendre with two points: exact for polynomials up to degree 3, which order 4 needs. */
    private static double integral(DoubleUnaryOperator f, double from, double to) {
        double middle = (from + to) / 2;
        double half = (to - from) / 2;
        double node = half / Math.sqrt(3);
        return half * (f.applyAsDouble(middle - node) + f.applyAsDouble(middle + node));
    }
}
