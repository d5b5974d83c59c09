package org.diffusionjmh.report.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
    private static final String SAMPLES = """
            benchmark,params,fork,iteration,phase,metric,value,unit
            p.C.m,a=x;b=y,1,1,warmup,score,20.5,ms/op
            """;

    @TempDir
    Path folder;

    private Path csv;

    @BeforeEach
    void writeResults() throws IOException {
        csv = write("run.csv", """
                "Benchmark","Mode","Threads","Samples","Score","Score Error (99.9%)","Unit"
                "p.C.m","ss",1,5,12.5,NaN,"ms/op"
                """);
    }

    @Test
    void theCsvIsEnough() throws IOException {
        Run run = Run.read(csv);
        assertEquals("run", run.name());
        assertEquals(1, run.rows().size());
        assertEquals(List.of(), run.samples());
        assertEquals(Optional.empty(), run.environment());
        assertEquals(List.of(), run.pictures());
        assertEquals(List.of(), run.warnings());
    }

    @Test
    void readsWhatStandsBeside() throws IOException {
        write("run.samples.csv", SAMPLES);
        write(
                "run.environment.json",
                "{\"machine\": \"m\", \"cores\": 2, \"gpu\": {\"name\": \"H200\", \"processes\": [\"a\", \"b\"]}, \"none\":"
                        + " null, \"git\": {\"commit\": \"abc\", \"dirty\": true}, \"marks\": [\"busy\"], \"failures\":"
                        + " [{\"benchmark\": \"p.C.n\", \"params\": \"a=x\", \"fork\": 2, \"kind\": \"OOM\", \"reason\": \"full\"}]}");
        write(
                "run.pictures.csv",
                "benchmark,params,file,psnr,ssim,maxDifference\np.C.m,a=x,one.png,Infinity,1.0,0\np.C.m,a=y,two.png,,,\n");
        Run run = Run.read(csv);
        assertEquals(
                List.of(new Sample("p.C.m", "a=x;b=y", 1, 1, Phase.WARMUP, "score", 20.5, "ms/op")), run.samples());
        Environment environment = run.environment().orElseThrow();
        assertEquals(
                Map.of(
                        "machine", "m",
                        "cores", "2",
                        "gpu.name", "H200",
                        "gpu.processes", "a, b",
                        "git.commit", "abc",
                        "git.dirty", "true"),
                environment.facts());
        assertEquals(List.of("busy"), environment.marks());
        assertEquals(List.of(new Failure("p.C.n", "a=x", "2", "OOM", "full")), environment.failures());
        Path pictures = folder.resolve("run.pictures");
        assertEquals(
                List.of(
                        new Picture("p.C.m", "a=x", pictures.resolve("one.png"), Double.POSITIVE_INFINITY, 1, 0),
                        new Picture("p.C.m", "a=y", pictures.resolve("two.png"), Double.NaN, Double.NaN, Double.NaN)),
                run.pictures());
        assertEquals(List.of(), run.warnings());
    }

    /** A run that was killed leaves half a row. */
    @Test
    void theLastSampleMayBeCut() throws IOException {
        for (String half : List.of("p.C.m,a=x;b=y,1,2,warm", "p.C.m,\"a=x")) {
            write("run.samples.csv", SAMPLES + half);
            Run run = Run.read(csv);
            assertEquals(1, run.samples().size());
            assertTrue(run.warnings().get(0).contains("line 3 was cut off"), run.warnings()::toString);
        }
    }

    @Test
    void brokenSamplesAreRefusedWithTheirPlace() throws IOException {
        write("run.samples.csv", SAMPLES + "p.C.m,a=x;b=y,1,2,cooldown,score,20.5,ms/op\n");
        MalformedResultException e = assertThrows(MalformedResultException.class, () -> Run.read(csv));
        assertTrue(
                e.getMessage()
                        .endsWith(
                                "run.samples.csv: line 3, column 19: phase is 'cooldown', want warmup or measurement"),
                e::getMessage);
    }

    /** Comparisons can do without it. */
    @Test
    void aBrokenEnvironmentIsAWarning() throws IOException {
        write("run.environment.json", "{\"machine\": \"m\",\n \"os\"");
        write("run.pictures.csv", "something,else\n");
        Run run = Run.read(csv);
        assertEquals(Optional.empty(), run.environment());
        assertTrue(run.warnings().get(0).contains("run.environment.json: line 2, column "), run.warnings()::toString);
        assertTrue(run.warnings().get(1).contains("run.pictures.csv: line 1, column 1: no column 'benchmark'"));
    }

    @Test
    void salvagingFailsOnNothing() throws IOException {
        write("run.samples.csv", "");
        Files.writeString(csv, "nonsense");
        Run run = Run.salvage(csv);
        assertEquals(List.of(), run.rows());
        assertEquals(2, run.warnings().size(), run.warnings()::toString);
        assertEquals(
                List.of(folder.resolve("no.csv") + ": no such file"),
                Run.salvage(folder.resolve("no.csv")).warnings());
    }

    @Test
    void thereMustBeACsv() {
        assertThrows(NoSuchFileException.class, () -> Run.read(folder.resolve("no.csv")));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
