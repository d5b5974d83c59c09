package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusionjmh.report.LineFit;
import org.diffusionjmh.report.ThroughputPlot;
import org.diffusionjmh.report.table.TextTable;

/**
 * Generates with several step counts and puts a line through the times: what a step costs, and what a generation costs beside its steps.
 * Each count is measured a few times, all counts by turns, so that a drift of the machine does not tilt the line.
 *
 * @param stepCounts steps to ask for
 * @param warmups generations before the first measured one, with the smallest count
 * @param plot name of the plot's files, without extension
 */
record ThroughputSweep(List<Integer> stepCounts, int warmups, Path plot) implements GenerateTask {
    private static final int ROUNDS = 3;

    ThroughputSweep {
        stepCounts = stepCounts.stream().sorted().distinct().toList();
    }

    @Override
    public <R> void run(LoadedPipeline<R> loaded, Console console) throws IOException {
        for (int warmup = 0; warmup < warmups; warmup++) {
            measure(loaded, stepCounts.get(0), "warm-up", console);
        }
        Map<Integer, List<LineFit.Point>> measured = new LinkedHashMap<>();
        for (int round = 1; round <= ROUNDS; round++) {
            for (int steps : stepCounts) {
                String phase = "round %d of %d".formatted(round, ROUNDS);
                measured.computeIfAbsent(steps, count -> new ArrayList<>()).add(measure(loaded, steps, phase, console));
            }
        }
        List<LineFit.Point> points =
                measured.values().stream().flatMap(List::stream).toList();
        LineFit line = LineFit.of(points);
        print(measured, line, console.out());
        new ThroughputPlot(loaded.pipeline().description().toString(), points, line).write(plot);
        ThroughputPlot.files(plot).forEach(file -> console.out().println("Plot: " + file));
    }

    /** The steps that were taken, which may be more or less than those asked for, and the time. */
    private static <R> LineFit.Point measure(LoadedPipeline<R> loaded, int steps, String phase, Console console) {
        try (GenerationTimer<R> timer = loaded.timer(request -> request.numInferenceSteps(steps), console)) {
            timer.generate(phase);
            return new LineFit.Point(timer.steps(), timer.seconds());
        }
    }

    private static void print(Map<Integer, List<LineFit.Point>> measured, LineFit line, PrintWriter out) {
        TextTable table = new TextTable("steps", "median s", "least s", "most s", "line s");
        for (List<LineFit.Point> samples : measured.values()) {
            double[] seconds =
                    samples.stream().mapToDouble(LineFit.Point::y).sorted().toArray();
            double taken = samples.get(0).x();
            table.add(List.of(
                    String.format(Locale.ROOT, "%.0f", taken),
                    number(seconds[seconds.length / 2]),
                    number(seconds[0]),
                    number(seconds[seconds.length - 1]),
                    number(line.at(taken))));
        }
        out.println("Time from prompt to pixels against denoising steps:");
        out.println(table);
        out.printf("Time a step:            %.4f s +- %.4f s%n", line.slope(), line.slopeError());
        out.printf("Fixed time:             %.4f s +- %.4f s%n", line.intercept(), line.interceptError());
        // Where times vary by more than a few steps take, the line may fall.
        String rate = line.slope() > 0 ? String.format("%.2f", 1 / line.slope()) : "- (the times vary too much)";
        out.printf("Steps per second:       %s%n", rate);
        out.printf("R squared:              %.5f%n", line.determination());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
