package org.diffusionjmh.report.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.table.Format;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffTest {
    private static final String GENERATE = "p.Model.generate";

    @TempDir
    Path folder;

    private final Random random = new Random(5);

    @Test
    void equalDataIsNoChange() throws IOException {
        double[][] forks = forks(6, 3, 100);
        Run run = run("a", new GeneratedRun("compiler").forks(GENERATE, forks, "none"));
        Diff diff = Diff.of(List.of(run), List.of(run));
        RowDiff row = diff.rows().get(0);
        assertEquals(Verdict.NO_CHANGE, row.verdict());
        assertEquals(1, row.ratio());
        assertEquals(1, row.finding().pValue().orElseThrow());
        assertEquals(1, diff.means().get(0).ratio(), 1e-12);
        assertEquals(List.of(), diff.warnings());
        assertEquals(List.of(), diff.regressions(0));
    }

    @Test
    void aShiftIsSeenWithItsSign() throws IOException {
        Run old = run("a", new GeneratedRun("compiler").forks(GENERATE, forks(10, 1, 100), "none"));
        Run fresh = run("b", new GeneratedRun("compiler").forks(GENERATE, forks(10, 1, 105), "none"));
        RowDiff slower = Diff.of(List.of(old), List.of(fresh)).rows().get(0);
        assertEquals(Verdict.SLOWER, slower.verdict());
        assertEquals(1.05, slower.ratio(), 0.02);
        assertTrue(slower.isRegression(0.01));
        RowDiff faster = Diff.of(List.of(fresh), List.of(old)).rows().get(0);
        assertEquals(Verdict.FASTER, faster.verdict());
        assertEquals(1 / slower.ratio(), faster.ratio(), 1e-12);
    }

    /** Of what is done in a time, more is faster; of a metric the unit says it, not the benchmark's mode. */
    @Test
    void theModeSaysWhatIsFaster() throws IOException {
        GeneratedRun old = new GeneratedRun()
                .row("p.C.m", "thrpt", 10, 100, 1, "ops/s")
                .row("p.C.m:warmup", "thrpt", 10, 100, 1, "s")
                .row("p.C.m:rate", "thrpt", 10, 100, 1, "1/s")
                .row("p.C.m:memory", "thrpt", 10, 100, 1, "MiB")
                .row("p.C.m", "avgt", 10, 100, 1, "s/op");
        GeneratedRun fresh = new GeneratedRun()
                .row("p.C.m", "thrpt", 10, 110, 1, "ops/s")
                .row("p.C.m:warmup", "thrpt", 10, 110, 1, "s")
                .row("p.C.m:rate", "thrpt", 10, 110, 1, "1/s")
                .row("p.C.m:memory", "thrpt", 10, 110, 1, "MiB")
                .row("p.C.m", "avgt", 10, 110, 1, "s/op");
        Diff diff = Diff.of(List.of(csv("a", old)), List.of(csv("b", fresh)));
        assertEquals(
                List.of(Verdict.FASTER, Verdict.SLOWER, Verdict.FASTER, Verdict.HIGHER, Verdict.SLOWER),
                diff.rows().stream().map(RowDiff::verdict).toList());
        assertEquals(1, diff.regressions(0.05).size(), "metrics are no regressions");
        assertEquals(1, diff.means().get(0).ratio(), 1e-9, "one score is 10 % faster, the other slower");
    }

    @Test
    void unitsAreConverted() throws IOException {
        Diff diff = Diff.of(
                List.of(csv("a", new GeneratedRun().row("p.C.m", "avgt", 10, 100, 1, "ms/op"))),
                List.of(csv("b", new GeneratedRun().row("p.C.m", "avgt", 10, 0.2, 0.002, "s/op"))));
        RowDiff row = diff.rows().get(0);
        assertEquals("ms/op", row.unit().toString());
        assertEquals(200, row.newValue(), 1e-9);
        assertEquals(Verdict.SLOWER, row.verdict());
    }

    @Test
    void whatCannotBeConvertedIsNotCompared() throws IOException {
        GeneratedRun old =
                new GeneratedRun().row("p.C.a", "avgt", 10, 1, 0.1, "ms/op").row("p.C.b", "avgt", 10, 1, 0.1, "ms/op");
        GeneratedRun fresh = new GeneratedRun()
                .row("p.C.a", "avgt", 10, 1, 0.1, "widgets")
                .row("p.C.b", "thrpt", 10, 1, 0.1, "ops/ms");
        Diff diff = Diff.of(List.of(csv("a", old)), List.of(csv("b", fresh)));
        assertEquals(List.of(), diff.rows());
        assertEquals(4, diff.oneSided().size());
        assertEquals(
                List.of(
                        "p.C.a: the unit is ms/op (old) and widgets (new), which cannot be compared",
                        "p.C.b: the mode is avgt (old) and thrpt (new), which cannot be compared"),
                diff.warnings());
    }

    @Test
    void rowsOfOneSideAreListed() throws IOException {
        GeneratedRun old = new GeneratedRun("compiler")
                .row("p.C.m", "avgt", 10, 1, 0.1, "ms/op", "none")
                .row("p.C.m", "avgt", 10, 2, 0.1, "ms/op", "torchscript");
        GeneratedRun fresh = new GeneratedRun("compiler")
                .row("p.C.m", "avgt", 10, 1, 0.1, "ms/op", "none")
                .row("p.C.m", "avgt", 10, 3, 0.1, "ms/op", "fused")
                .row("p.C.m:load", "avgt", 10, 3, 0.1, "s", "fused");
        Diff diff = Diff.of(List.of(csv("a", old)), List.of(csv("b", fresh)));
        assertEquals(1, diff.rows().size());
        assertEquals(3, diff.oneSided().size());
        String text = Format.TEXT.print(DiffSheet.of(diff));
        assertTrue(text.lines().anyMatch(line -> line.matches("C\\.m +torchscript +2\\.000 +ms/op +only old")), text);
        assertTrue(text.lines().anyMatch(line -> line.matches("C\\.m +fused +3\\.000 +ms/op +only new")), text);
        assertTrue(!text.contains("load"), "a metric of a row on one side says nothing new");
    }

    /** A benchmark that has got a parameter, or lost one, is still the same. */
    @Test
    void parametersOfOneSideAreWarnedOfAndIgnored() throws IOException {
        GeneratedRun old = new GeneratedRun("a").row("p.C.m", "avgt", 10, 1, 0.1, "ms/op", "x");
        GeneratedRun fresh = new GeneratedRun("a", "b").row("p.C.m", "avgt", 10, 1, 0.1, "ms/op", "x", "y");
        Diff diff = Diff.of(List.of(csv("a", old)), List.of(csv("b", fresh)));
        assertEquals(1, diff.rows().size());
        assertEquals(
                List.of("only the new side has a parameter 'b' (y); rows are matched without it"), diff.warnings());
    }

    /** Two runs of two forks each are four forks. */
    @Test
    void severalRunsPool() throws IOException {
        Run first = run("a", new GeneratedRun("compiler").forks(GENERATE, forks(2, 3, 100), "none"));
        Run second = run("b", new GeneratedRun("compiler").forks(GENERATE, forks(2, 3, 100), "none"));
        Run third = run("c", new GeneratedRun("compiler").forks(GENERATE, forks(4, 3, 120), "none"));
        RowDiff row = Diff.of(List.of(first, second), List.of(third)).rows().get(0);
        assertEquals(Basis.FORKS, row.finding().basis());
        assertEquals(4, row.finding().oldCount());
        assertEquals(Verdict.SLOWER, row.verdict());
    }

    /** Without samples they pool by what JMH summed them up to; single values are values. */
    @Test
    void csvFilesAlonePoolToo() throws IOException {
        Run first = csv("a", new GeneratedRun().row("p.C.m", "ss", 5, 100, 3, "ms/op"));
        Run second = csv("b", new GeneratedRun().row("p.C.m", "ss", 5, 102, 3, "ms/op"));
        RowDiff row = Diff.of(List.of(first, second), List.of(first)).rows().get(0);
        assertEquals(101, row.oldValue(), 1e-9);
        assertEquals(Basis.SCORES, row.finding().basis());
        assertEquals(10, row.finding().oldCount());
        List<Run> singles = IntStream.range(0, 4)
                .mapToObj(i -> csv("s" + i, new GeneratedRun().row("p.C.m", "ss", 1, 100 + i, Double.NaN, "ms/op")))
                .toList();
        assertEquals(
                Basis.FORKS, Diff.of(singles, singles).rows().get(0).finding().basis());
    }

    @Test
    void tooFewSamplesAreSaidToBe() throws IOException {
        Run old = csv("a", new GeneratedRun().row("p.C.m", "ss", 2, 100, Double.NaN, "ms/op"));
        Run fresh = csv("b", new GeneratedRun().row("p.C.m", "ss", 2, 200, Double.NaN, "ms/op"));
        Diff diff = Diff.of(List.of(old), List.of(fresh));
        assertEquals(Verdict.TOO_FEW, diff.rows().get(0).verdict());
        assertEquals(List.of(), diff.regressions(0));
    }

    @Test
    void differingMachinesAndMarksAreWarnedOf() throws IOException {
        GeneratedRun rows = new GeneratedRun().row("p.C.m", "ss", 5, 100, 3, "ms/op");
        rows.writeCsv(folder.resolve("a.csv"));
        rows.writeCsv(folder.resolve("b.csv"));
        rows.writeCsv(folder.resolve("c.csv"));
        Files.writeString(
                folder.resolve("a.environment.json"),
                "{\"machine\":\"one\",\"cores\":2,\"gpu\":{\"name\":\"H200\",\"temperature\":40},\"versions\":{\"djl\":\"1\",\"project\":\"1\"},"
                        + "\"start\":\"x\"}");
        Files.writeString(
                folder.resolve("b.environment.json"),
                "{\"machine\":\"two\",\"cores\":2,\"gpu\":{\"name\":\"A10\",\"temperature\":50},\"versions\":{\"djl\":\"1\",\"project\":\"2\"},"
                        + "\"start\":\"y\",\"marks\":[\"busy\",\"cpu\"],\"failures\":[{\"benchmark\":\"p.C.n\",\"kind\":\"OOM\",\"reason\":\"full\"}]}");
        assertEquals(
                List.of(
                        "gpu.name differs: H200 (old), A10 (new)",
                        "machine differs: one (old), two (new)",
                        folder.resolve("b.csv") + " is marked: busy, cpu",
                        folder.resolve("b.csv") + ": failed: p.C.n: OOM: full"),
                Diff.of(List.of(read("a")), List.of(read("b"))).warnings());
        String table = Format.CSV.print(DiffSheet.of(Diff.of(List.of(read("a")), List.of(read("b")))));
        assertTrue(table.lines().skip(1).allMatch(line -> line.endsWith("\"busy, cpu\"")), table);
        assertEquals(
                List.of(
                        "only the old side has an environment file; whether machines and versions are the same is not known"),
                Diff.of(List.of(read("a")), List.of(read("c"))).warnings());
    }

    /** Of recorded runs, the names of the files may be all that is left to say where. */
    @Test
    void namesOfFilesTellOfMachines() throws IOException {
        GeneratedRun rows = new GeneratedRun().row("p.C.m", "ss", 5, 100, 3, "ms/op");
        rows.writeCsv(folder.resolve("20261124-225339-xeon-h200.csv"));
        rows.writeCsv(folder.resolve("20261125-225339-epyc-cpu.csv"));
        rows.writeCsv(folder.resolve("x.csv"));
        Run h200 = read("20261124-225339-xeon-h200");
        assertEquals(
                List.of("machine differs: xeon-h200 (old), epyc-cpu (new)"),
                Diff.of(List.of(h200), List.of(read("20261125-225339-epyc-cpu")))
                        .warnings());
        assertEquals(List.of(), Diff.of(List.of(h200), List.of(h200)).warnings());
        assertEquals(List.of(), Diff.of(List.of(h200), List.of(read("x"))).warnings());
    }

    @Test
    void tenThousandRowsTakeLessThanTwoSeconds() throws IOException {
        GeneratedRun old = new GeneratedRun("x");
        GeneratedRun fresh = new GeneratedRun("x");
        for (int i = 0; i < 10_000; i++) {
            old.row(GENERATE, "ss", 10, 100 + random.nextGaussian(), 3, "ms/op", Integer.toString(i));
            fresh.row(GENERATE, "ss", 10, 101 + random.nextGaussian(), 3, "ms/op", Integer.toString(i));
        }
        Path oldFile = old.writeCsv(folder.resolve("a.csv"));
        Path newFile = fresh.writeCsv(folder.resolve("b.csv"));
        // The thread's own time: what else the machine does is not measured.
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        Diff diff = Diff.of(List.of(Run.read(oldFile)), List.of(Run.read(newFile)));
        String text = Format.TEXT.print(DiffSheet.of(diff));
        double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
        assertEquals(
                10_000,
                text.lines().filter(line -> line.startsWith("Model.generate")).count());
        assertTrue(seconds < 2, seconds + " s");
    }

    /** Values with 2 % noise. */
    private double[][] forks(int forks, int iterations, double mean) {
        return IntStream.range(0, forks)
                .mapToObj(fork -> IntStream.range(0, iterations)
                        .mapToDouble(i -> mean * (1 + 0.02 * random.nextGaussian()))
                        .toArray())
                .toArray(double[][]::new);
    }

    private Run run(String name, GeneratedRun run) throws IOException {
        return Run.read(run.write(folder.resolve(name + ".csv")));
    }

    private Run csv(String name, GeneratedRun run) {
        try {
            return Run.read(run.writeCsv(folder.resolve(name + ".csv")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Run read(String name) throws IOException {
        return Run.read(folder.resolve(name + ".csv"));
    }
}
