package org.diffusionjmh.report.record;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.diffusionjmh.report.Figure;
import org.diffusionjmh.report.SampleResult;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.IterationResultMetaData;
import org.openjdk.jmh.results.ResultRole;

/** A row of JMH's JSON: the forks that one benchmark has been measured in. */
record RecordedRow(JsonObject json) {
    private static final double TOLERANCE = 1e-9;

    String benchmark() {
        return json.get("benchmark").getAsString();
    }

    String mode() {
        return json.get("mode").getAsString();
    }

    /** As {@link org.diffusionjmh.report.BenchmarkNames#parameters} writes them. */
    String parameters() {
        Map<String, String> sorted = new TreeMap<>();
        if (json.has("params")) {
            json.getAsJsonObject("params")
                    .entrySet()
                    .forEach(
                            entry -> sorted.put(entry.getKey(), entry.getValue().getAsString()));
        }
        return sorted.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(";"));
    }

    /**
     * JMH's results of the row, one per fork. JMH does not write enough for the distributions of {@code -bm sample}: those have none.
     *
     * @param benchmark what was measured
     */
    List<BenchmarkResult> forks(BenchmarkParams benchmark) {
        JsonObject primary = json.getAsJsonObject("primaryMetric");
        List<List<IterationResult>> forks = new ArrayList<>();
        if (!primary.has("rawData")) {
            return List.of();
        }
        for (JsonElement fork : primary.getAsJsonArray("rawData")) {
            List<IterationResult> iterations = new ArrayList<>();
            for (JsonElement value : fork.getAsJsonArray()) {
                IterationResult iteration =
                        new IterationResult(benchmark, benchmark.getMeasurement(), new IterationResultMetaData(1, 1));
                iteration.addResult(new SampleResult(
                        ResultRole.PRIMARY,
                        benchmark.generatedBenchmark(),
                        value.getAsDouble(),
                        primary.get("scoreUnit").getAsString(),
                        AggregationPolicy.AVG));
                iterations.add(iteration);
            }
            forks.add(iterations);
        }
        json.getAsJsonObject("secondaryMetrics")
                .entrySet()
                .forEach(metric ->
                        addSecondary(forks, metric.getKey(), metric.getValue().getAsJsonObject()));
        return forks.stream()
                .map(iterations -> new BenchmarkResult(benchmark, iterations))
                .toList();
    }

    private static void addSecondary(List<List<IterationResult>> forks, String label, JsonObject metric) {
        JsonArray rawData = metric.getAsJsonArray("rawData");
        AggregationPolicy policy = Figure.of(label).map(Figure::policy).orElseGet(() -> policy(metric));
        for (int fork = 0; fork < forks.size(); fork++) {
            JsonArray values = rawData.get(fork).getAsJsonArray();
            for (int i = 0; i < values.size(); i++) {
                forks.get(fork)
                        .get(i)
                        .addResult(new SampleResult(
                                ResultRole.SECONDARY,
                                label,
                                values.get(i).getAsDouble(),
                                metric.get("scoreUnit").getAsString(),
                                policy));
            }
        }
    }

    /** The policy that makes the score of the values: JMH's JSON does not name it. */
    private static AggregationPolicy policy(JsonObject metric) {
        double score = metric.get("score").getAsDouble();
        double[] values = metric.getAsJsonArray("rawData").asList().stream()
                .flatMap(fork -> fork.getAsJsonArray().asList().stream())
                .mapToDouble(JsonElement::getAsDouble)
                .toArray();
        if (isNear(score, DoubleStream.of(values).average())) {
            return AggregationPolicy.AVG;
        }
        if (isNear(score, DoubleStream.of(values).max())) {
            return AggregationPolicy.MAX;
        }
        return isNear(score, DoubleStream.of(values).min()) ? AggregationPolicy.MIN : AggregationPolicy.SUM;
    }

    private static boolean isNear(double score, OptionalDouble value) {
        return value.isPresent() && Math.abs(score - value.getAsDouble()) <= TOLERANCE * Math.abs(score);
    }
}
