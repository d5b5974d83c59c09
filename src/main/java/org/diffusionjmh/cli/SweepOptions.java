package org.diffusionjmh.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.report.ThroughputPlot;
import org.diffusionjmh.report.WritableFolders;
import picocli.CommandLine.Option;

/** The options that generate many times instead of once. */
final class SweepOptions {
    private static final String SIDES = "1024,512,768,256";
    private static final String STEP_COUNTS = "1,2,5,10,15,20,30";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final int MIN_STEP_COUNTS = 2;

    @Option(
            names = "--run-multiple-resolutions",
            paramLabel = "SIDES",
            arity = "0..1",
            fallbackValue = SIDES,
            split = ",",
            description = "Generates at every height and width out of these sides, and tells the time of each."
                    + " Without a value: " + SIDES)
    private List<Integer> sides = List.of();

    @Option(
            names = "--throughput",
            paramLabel = "STEPS",
            arity = "0..1",
            fallbackValue = STEP_COUNTS,
            split = ",",
            description = "Generates with each of these step counts, and tells the time a step and the fixed time of a"
                    + " generation. Writes no pictures. Without a value: " + STEP_COUNTS)
    private List<Integer> stepCounts = List.of();

    @Option(
            names = "--throughput-plot",
            paramLabel = "NAME",
            description = "Where --throughput draws the line: NAME.png and NAME.svg. Default: a name with the time in"
                    + " benchmarks-results/")
    private Optional<Path> plot;

    /**
     * The sweeps that were asked for; none for a single generation.
     *
     * @param draft any request, to find sizes and steps that cannot be
     * @throws IllegalArgumentException if an option has no legal value
     * @throws IOException if a plot could not be written later
     */
    List<GenerateTask> tasks(TextToImageRequest.Builder draft, int warmups, OutputOptions output) throws IOException {
        List<GenerateTask> tasks = new ArrayList<>();
        if (!sides.isEmpty()) {
            sides.forEach(side -> draft.size(side, side).build());
            tasks.add(new ResolutionSweep(sides, warmups, output));
        }
        if (!stepCounts.isEmpty()) {
            tasks.add(throughput(draft, warmups));
        } else if (plot.isPresent()) {
            throw new IllegalArgumentException("--throughput-plot is about step counts; give --throughput too");
        }
        return tasks;
    }

    private GenerateTask throughput(TextToImageRequest.Builder draft, int warmups) throws IOException {
        draft.build().schedule().ifPresent(schedule -> {
            throw new IllegalArgumentException("--throughput is about numbers of steps, which the call argument '"
                    + schedule.kind() + "' replaces; give one of the two");
        });
        stepCounts.forEach(count -> draft.numInferenceSteps(count).build());
        if (stepCounts.stream().distinct().count() < MIN_STEP_COUNTS) {
            throw new IllegalArgumentException(
                    "--throughput is " + stepCounts + ", want two different step counts at least");
        }
        Path name = plot.orElseGet(() -> Path.of("benchmarks-results", STAMP.format(Instant.now()) + "-throughput"));
        for (Path file : ThroughputPlot.files(name)) {
            WritableFolders.require(file);
        }
        return new ThroughputSweep(stepCounts, warmups, name);
    }
}
