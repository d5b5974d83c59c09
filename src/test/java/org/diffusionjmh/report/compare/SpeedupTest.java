package org.diffusionjmh.report.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.table.Format;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeedupTest {
    private static final String GENERATE = "p.Model.generate";

    @TempDir
    Path folder;

    private final GeneratedRun run = new GeneratedRun("compiler", "resolution");

    /** 200 ms instead of 500, for a first call of 4.1 s instead of 1.1 s: 3 s are saved in 10 further calls. */
    @Test
    void tellsWhatCompilingGainsAndCosts() throws IOException {
        row(GENERATE, 500, 1.1, "none", "512");
        row(GENERATE, 200, 4.1, "fused", "512");
        SpeedupRow row = speedup().rows().get(0);
        assertEquals("fused", row.compiler());
        assertEquals("resolution=512", row.parameters().toString());
        assertEquals(2.5, row.speedup(), 1e-9);
        assertEquals(Verdict.FASTER, row.difference().verdict());
        assertEquals(3.9, row.compileCost(), 1e-9);
        assertEquals(OptionalLong.of(11), row.breakEven());
        String text = Format.TEXT.print(SpeedupSheet.of(speedup()));
        assertTrue(text.contains("2.50x") && text.contains("11 images"), text);
    }

    @Test
    void whatIsSlowerIsNeverPaidOff() throws IOException {
        row(GENERATE, 500, 1.1, "none", "512");
        row(GENERATE, 501, 4.1, "fused", "512");
        row("p.Model.step", 50, 1.1, "none", "512");
        row("p.Model.step", 50.001, 1.0, "fused", "512");
        List<SpeedupRow> rows = speedup().rows();
        assertEquals(OptionalLong.empty(), rows.get(0).breakEven());
        assertEquals(OptionalLong.of(1), rows.get(1).breakEven());
        String text = Format.TEXT.print(SpeedupSheet.of(speedup()));
        assertTrue(text.contains("never") && text.contains("at once"), text);
    }

    /** What is compared are compilers of the same benchmark and resolution. */
    @Test
    void comparesLikeWithLike() throws IOException {
        row(GENERATE, 500, 1.1, "none", "512");
        row(GENERATE, 900, 1.1, "none", "1024");
        row(GENERATE, 300, 4.1, "fused", "1024");
        row("p.Other.generate", 300, 4.1, "fused", "1024");
        List<SpeedupRow> rows = speedup().rows();
        assertEquals(1, rows.size());
        assertEquals(3, rows.get(0).speedup(), 1e-9);
    }

    /** Without the metric, the first warm-up of the samples tells; it is 10 times the first measured one here. */
    @Test
    void warmUpSamplesTellTheFirstCall() throws IOException {
        run.forks(GENERATE, new double[][] {{100, 100, 100}}, "none", "512");
        run.forks(GENERATE, new double[][] {{50, 50, 50}}, "fused", "512");
        Run read = Run.read(run.write(folder.resolve("run.csv")));
        SpeedupRow row = Speedup.of(List.of(read), "compiler", "none").rows().get(0);
        assertEquals(1.0, row.baselineFirst(), 1e-9);
        assertEquals(0.5, row.first(), 1e-9);
    }

    @Test
    void ratesAreTimesToo() throws IOException {
        run.row(GENERATE, "thrpt", 5, 2, 0.01, "ops/s", "none", "512");
        run.row(GENERATE, "thrpt", 5, 5, 0.01, "ops/s", "fused", "512");
        run.row(GENERATE + ":warmup", "thrpt", 1, 1, Double.NaN, "s", "none", "512");
        run.row(GENERATE + ":warmup", "thrpt", 1, 4, Double.NaN, "s", "fused", "512");
        SpeedupRow row = speedup().rows().get(0);
        assertEquals(2.5, row.speedup(), 1e-9);
        assertEquals(OptionalLong.of(11), row.breakEven());
    }

    @Test
    void thereMustBeABaseline() throws IOException {
        row(GENERATE, 500, 1.1, "fused", "512");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, this::speedup);
        assertEquals(
                "nothing to compare: want benchmarks with compiler=none and with another compiler, found fused",
                e.getMessage());
    }

    private void row(String benchmark, double milliseconds, double firstSeconds, String compiler, String resolution) {
        run.row(benchmark, "ss", 5, milliseconds, milliseconds / 100, "ms/op", compiler, resolution);
        run.row(benchmark + ":warmup", "ss", 1, firstSeconds, Double.NaN, "s", compiler, resolution);
    }

    private Speedup speedup() throws IOException {
        return Speedup.of(List.of(Run.read(run.writeCsv(folder.resolve("run.csv")))), "compiler", "none");
    }
}
