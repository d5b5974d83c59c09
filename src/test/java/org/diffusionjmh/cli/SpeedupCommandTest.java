package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.diffusionjmh.report.compare.GeneratedRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeedupCommandTest {
    @TempDir
    Path folder;

    private final CommandOutput output = new CommandOutput();

    @Test
    void comparesCompilersOfARun() throws IOException {
        String run = run("compiler", "none", "fused");
        assertEquals(0, output.run("speedup", run), output::err);
        assertTrue(output.out().contains("2.00x"), output::out);
    }

    @Test
    void comparesTheValuesOfAnyParameter() throws IOException {
        String run = run("gc", "serial", "parallel");
        assertEquals(0, output.run("speedup", run, "--param", "gc", "--baseline", "serial", "--format", "markdown"));
        assertTrue(output.out().contains("| Model.generate | parallel |"), output::out);
    }

    @Test
    void aRunWithoutBaselineIsAMistake() throws IOException {
        assertEquals(2, output.run("speedup", run("compiler", "fused", "cudagraph")));
        assertTrue(
                output.err().startsWith("error: nothing to compare: want benchmarks with compiler=none"), output::err);
    }

    private String run(String parameter, String first, String second) throws IOException {
        return new GeneratedRun(parameter)
                .row("p.Model.generate", "ss", 10, 100, 1, "ms/op", first)
                .row("p.Model.generate", "ss", 10, 50, 1, "ms/op", second)
                .writeCsv(folder.resolve("run.csv"))
                .toString();
    }
}
