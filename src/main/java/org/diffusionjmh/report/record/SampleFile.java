package org.diffusionjmh.report.record;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.diffusionjmh.report.BenchmarkNames;
import org.diffusionjmh.report.WholeFile;
import org.diffusionjmh.report.result.Phase;
import org.diffusionjmh.report.result.ResultRow;
import org.diffusionjmh.report.result.Sample;
import org.diffusionjmh.report.result.SamplesCsv;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.IterationType;

/**
 * Every value of every iteration, warm-ups included, one per row. An iteration's rows are with the system when it has been added, so
 * that a process that is killed loses at most the iteration in flight.
 */
public final class SampleFile implements AutoCloseable {
    private final CSVPrinter printer;

    private SampleFile(CSVPrinter printer) {
        this.printer = printer;
    }

    /**
     * Begins a file, in place of one that is there.
     *
     * @param kept rows that it begins with
     * @throws IOException if it cannot be written
     */
    public static SampleFile create(Path file, List<Sample> kept) throws IOException {
        StringWriter beginning = new StringWriter();
        try (CSVPrinter printer = new CSVPrinter(beginning, CSVFormat.RFC4180)) {
            printer.printRecord(SamplesCsv.COLUMNS);
            for (Sample sample : kept) {
                print(printer, sample);
            }
        }
        WholeFile.write(file, beginning.toString().getBytes(StandardCharsets.UTF_8));
        BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        return new SampleFile(new CSVPrinter(writer, CSVFormat.RFC4180));
    }

    /**
     * Adds an iteration that has ended.
     *
     * @param fork number of the fork, from 1
     * @param iteration number of the iteration within its phase, from 1
     * @throws IOException if it cannot be written
     */
    public synchronized void add(
            BenchmarkParams benchmark, int fork, IterationParams phase, int iteration, IterationResult result)
            throws IOException {
        if (result.getRawPrimaryResults().isEmpty()) {
            return; // the iteration failed
        }
        String name = benchmark.getBenchmark();
        String parameters = BenchmarkNames.parameters(benchmark);
        Phase part = phase.getType() == IterationType.WARMUP ? Phase.WARMUP : Phase.MEASUREMENT;
        Result<?> score = result.getPrimaryResult();
        print(new Sample(
                name, parameters, fork, iteration, part, ResultRow.SCORE, score.getScore(), score.getScoreUnit()));
        for (@SuppressWarnings("rawtypes")
        Map.Entry<String, Result> secondary : result.getSecondaryResults().entrySet()) {
            Result<?> value = secondary.getValue();
            print(new Sample(
                    name,
                    parameters,
                    fork,
                    iteration,
                    part,
                    secondary.getKey(),
                    value.getScore(),
                    value.getScoreUnit()));
        }
    }

    private void print(Sample sample) throws IOException {
        print(printer, sample);
        printer.flush();
    }

    private static void print(CSVPrinter printer, Sample sample) throws IOException {
        printer.printRecord(
                sample.benchmark(),
                sample.parameters(),
                sample.fork(),
                sample.iteration(),
                sample.phase().label(),
                sample.metric(),
                sample.value(),
                sample.unit());
    }

    @Override
    public synchronized void close() throws IOException {
        printer.close(true);
    }
}
