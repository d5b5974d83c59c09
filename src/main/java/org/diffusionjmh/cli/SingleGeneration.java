package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;

/**
 * Generates what was asked for, and tells how long it took.
 *
 * @param warmups generations before the measured one
 * @param output where the pictures go
 */
record SingleGeneration(int warmups, OutputOptions output) implements GenerateTask {
    private static final double BYTES_PER_GIB = 1 << 30;

    @Override
    public <R> void run(LoadedPipeline<R> loaded, Console console) throws IOException {
        PrintWriter out = console.out();
        try (GenerationTimer<R> timer = loaded.timer(UnaryOperator.identity(), console)) {
            for (int warmup = 0; warmup < warmups; warmup++) {
                timer.generate("warm-up");
                if (warmup == 0) {
                    out.printf("Warm-up time:           %.3f s%n", timer.seconds());
                }
            }
            output.write(timer.generate("inference"), "", console);
            out.printf("Inference time:         %.3f s%n", timer.seconds());
            out.printf("Iterations per second:  %s%n", rate(timer));
            out.printf("Max used memory:        %.3f GiB%n", timer.peakMemoryBytes() / BYTES_PER_GIB);
        }
    }

    private static String rate(GenerationTimer<?> timer) {
        OptionalDouble rate = timer.iterationsPerSecond();
        return rate.isPresent() ? String.format("%.2f", rate.getAsDouble()) : "- (needs two steps)";
    }
}
