package org.diffusionjmh.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.diffusionjmh.report.table.TextTable;

/**
 * Generates at every height and width out of some sides, one pipeline for all. Each resolution's first generation compiles for it; what
 * that costs is the difference to the last generation, which is warm.
 *
 * @param sides pixels
 * @param warmups generations before the measured one, for each resolution
 * @param output where the pictures go
 */
record ResolutionSweep(List<Integer> sides, int warmups, OutputOptions output) implements GenerateTask {
    private static final String ABSENT = "-";

    ResolutionSweep {
        sides = List.copyOf(sides);
    }

    @Override
    public <R> void run(LoadedPipeline<R> loaded, Console console) throws IOException {
        TextTable table = new TextTable("resolution", "first s", "warm s", "compiling s", "it/s");
        try {
            for (int height : sides) {
                for (int width : sides) {
                    table.add(row(loaded, height, width, console));
                }
            }
        } finally { // what was measured is told, whatever came then
            console.out().println("Height x width, from prompt to pixels:");
            console.out().println(table);
        }
    }

    private <R> List<String> row(LoadedPipeline<R> loaded, int height, int width, Console console) throws IOException {
        String resolution = height + "x" + width;
        try (GenerationTimer<R> timer = loaded.timer(request -> request.size(height, width), console)) {
            Optional<Double> first = Optional.empty();
            for (int warmup = 0; warmup < warmups; warmup++) {
                timer.generate(resolution + " warm-up");
                first = first.or(() -> Optional.of(timer.seconds()));
            }
            output.write(timer.generate(resolution), "-" + resolution, console);
            double last = timer.seconds();
            OptionalDouble rate = timer.iterationsPerSecond();
            return List.of(
                    resolution,
                    number(first.orElse(last)),
                    first.isPresent() ? number(last) : ABSENT,
                    first.map(seconds -> number(seconds - last)).orElse(ABSENT),
                    rate.isPresent() ? number(rate.getAsDouble()) : ABSENT);
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
