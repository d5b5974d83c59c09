package org.diffusionjmh.report.record;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How a row was measured, as JMH's JSON tells it. Rows of equal settings can be mixed; how many forks there were does not matter for that.
 *
 * @param values names in JMH's JSON, and the values as text
 */
record RowSettings(Map<String, String> values) {
    private static final String UNIT = "scoreUnit";

    static RowSettings of(BenchmarkParams benchmark) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("jmhVersion", benchmark.getJmhVersion());
        values.put("threads", Integer.toString(benchmark.getThreads()));
        values.put("jvmArgs", String.join(" ", benchmark.getJvmArgs()));
        values.put("jdkVersion", benchmark.getJdkVersion());
        values.put("vmName", benchmark.getVmName());
        values.put("vmVersion", benchmark.getVmVersion());
        put(values, "warmup", benchmark.getWarmup());
        put(values, "measurement", benchmark.getMeasurement());
        values.put(UNIT, unit(benchmark));
        return new RowSettings(values);
    }

    private static void put(Map<String, String> values, String phase, IterationParams iterations) {
        values.put(phase + "Iterations", Integer.toString(iterations.getCount()));
        values.put(phase + "Time", iterations.getTime().toString());
        values.put(phase + "BatchSize", Integer.toString(iterations.getBatchSize()));
    }

    private static String unit(BenchmarkParams benchmark) {
        String time = TimeValue.tuToString(benchmark.getTimeUnit());
        return benchmark.getMode() == Mode.Throughput ? "ops/" + time : time + "/op";
    }

    /** The same settings of a row of JMH's JSON. */
    RowSettings ofSameNames(JsonObject row) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String name : values.keySet()) {
            JsonElement value =
                    name.equals(UNIT) ? row.getAsJsonObject("primaryMetric").get(UNIT) : row.get(name);
            found.put(name, text(value));
        }
        return new RowSettings(found);
    }

    private static String text(JsonElement value) {
        if (value == null) {
            return "";
        }
        return value.isJsonArray()
                ? value.getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsString)
                        .collect(Collectors.joining(" "))
                : value.getAsString();
    }

    /** The first difference, in words; empty if there is none. */
    Optional<String> difference(RowSettings other) {
        List<String> differing = values.keySet().stream()
                .filter(name -> !values.get(name).equals(other.values.get(name)))
                .toList();
        return differing.stream()
                .findFirst()
                .map(name -> name + " was " + other.values.get(name) + ", is " + values.get(name));
    }
}
