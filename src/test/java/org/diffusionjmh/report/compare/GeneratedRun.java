package org.diffusionjmh.report.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Writes the files of a run with made-up values, as JMH and this project write them. */
public final class GeneratedRun {
    private final StringBuilder csv = new StringBuilder();
    private final StringBuilder samples =
            new StringBuilder("benchmark,params,fork,iteration,phase,metric,value,unit\n");
    private final String[] parameters;

    /** @param parameters their names, sorted */
    public GeneratedRun(String... parameters) {
        this.parameters = parameters;
        csv.append("\"Benchmark\",\"Mode\",\"Threads\",\"Samples\",\"Score\",\"Score Error (99.9%)\",\"Unit\"");
        Arrays.stream(parameters)
                .forEach(name -> csv.append(",\"Param: ").append(name).append('"'));
        csv.append('\n');
    }

    /** Adds a row of JMH's CSV. */
    public GeneratedRun row(
            String benchmark, String mode, int count, double score, double error, String unit, String... values) {
        csv.append(String.format(
                Locale.ROOT, "\"%s\",\"%s\",1,%d,%f,%f,\"%s\"", benchmark, mode, count, score, error, unit));
        Arrays.stream(values).forEach(value -> csv.append(',').append(value));
        csv.append('\n');
        return this;
    }

    /** Adds a row of single-shot milliseconds and the samples it is of. */
    public GeneratedRun forks(String benchmark, double[][] forks, String... values) {
        double[] all = Arrays.stream(forks).flatMapToDouble(Arrays::stream).toArray();
        row(benchmark, "ss", all.length, Arrays.stream(all).average().orElseThrow(), Double.NaN, "ms/op", values);
        for (int fork = 0; fork < forks.length; fork++) {
            sample(benchmark, fork, 0, "warmup", 10 * forks[fork][0], values);
            for (int i = 0; i < forks[fork].length; i++) {
                sample(benchmark, fork, i, "measurement", forks[fork][i], values);
            }
        }
        return this;
    }

    private void sample(String benchmark, int fork, int iteration, String phase, double value, String... values) {
        samples.append(benchmark).append(',');
        for (int i = 0; i < values.length; i++) {
            samples.append(i == 0 ? "" : ";").append(parameters[i]).append('=').append(values[i]);
        }
        samples.append(',')
                .append(fork + 1)
                .append(',')
                .append(iteration + 1)
                .append(',')
                .append(phase);
        samples.append(",score,").append(value).append(",ms/op\n");
    }

    /** Writes JMH's CSV alone. */
    public Path writeCsv(Path file) throws IOException {
        return Files.writeString(file, csv);
    }

    /** Writes JMH's CSV and the samples. */
    public Path write(Path file) throws IOException {
        String name = file.getFileName().toString();
        Files.writeString(file.resolveSibling(name.substring(0, name.length() - 4) + ".samples.csv"), samples);
        return writeCsv(file);
    }
}
