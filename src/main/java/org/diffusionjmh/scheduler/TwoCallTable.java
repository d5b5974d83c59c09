package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How diffusers lays out the tables of samplers that call the denoiser twice a step: one entry per call. */
final class TwoCallTable {
    /** The betas of these samplers where the configuration leaves them out. */
    static final BetaSchedule.Defaults BETA_DEFAULTS =
            new BetaSchedule.Defaults(0.00085, 0.012, BetaSchedule.Kind.LINEAR);

    private TwoCallTable() {}

    /** a, b, b, c, c, ... */
    static List<Double> twiceAfterFirst(List<Double> values) {
        return Stream.concat(
                        Stream.of(values.get(0)), values.stream().skip(1).flatMap(value -> Stream.of(value, value)))
                .toList();
    }

    /** a, b, b, c, c, ..., z: the last once. */
    static List<Double> twiceInside(List<Double> values) {
        List<Double> twice = twiceAfterFirst(values);
        return twice.subList(0, twice.size() - 1);
    }

    /** a, b, b, ..., z, z, z: the last three times. */
    static List<Double> lastThrice(List<Double> values) {
        return Stream.concat(twiceAfterFirst(values).stream(), Stream.of(values.get(values.size() - 1)))
                .toList();
    }

    /** a, i, b, j, c, ...: what lies between goes between. */
    static List<Double> interleaved(List<Double> values, List<Double> between) {
        return Stream.concat(
                        Stream.of(values.get(0)),
                        IntStream.range(1, values.size())
                                .boxed()
                                .flatMap(i -> Stream.of(between.get(i - 1), values.get(i))))
                .toList();
    }

    /** The geometric mean in float32; 0 if one of the two is. */
    static double halfway(double a, double b) {
        return a == 0 || b == 0 ? 0 : (float) Math.exp((Math.log(a) + Math.log(b)) / 2);
    }
}
