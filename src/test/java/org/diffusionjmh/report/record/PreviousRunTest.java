package org.diffusionjmh.report.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.report.Benchmarks;
import org.diffusionjmh.report.Notes;
import org.diffusionjmh.report.ResultFiles;
import org.diffusionjmh.report.RunFiles;
import org.diffusionjmh.report.result.Sample;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;

/** What was recorded is read back as it was, so that a run can be gone on with. */
class PreviousRunTest {
    private static final BenchmarkParams NONE = Benchmarks.of("none", 0);
    private static final BenchmarkParams FUSED = Benchmarks.of("fused{\"mode\":\"low-precision\"}", 1);
    private static final RunSetup SETUP =
            new RunSetup("test-machine", OptionalInt.empty(), Path.of("/"), "1.0", "java -jar benchmarks.jar");

    @TempDir
    Path folder;

    private RunFiles files;
    private ResultFiles results;

    @BeforeEach
    void name() {
        files = new RunFiles(folder.resolve("run.csv"));
        results = ResultFiles.named(folder, "run", List.of(ResultFormatType.CSV, ResultFormatType.JSON));
    }

    private EnvironmentFile environment(RunSetup setup) {
        return new EnvironmentFile(files.environment(), setup, Optional.empty());
    }

    /** Records a fork with all of its iterations, or with the first one only, as if it had died then. */
    private static void record(Recording recording, BenchmarkParams benchmark, int fork, boolean dies, double... millis)
            throws IOException {
        recording.add(
                benchmark,
                fork,
                benchmark.getWarmup(),
                1,
                Benchmarks.iteration(benchmark, benchmark.getWarmup(), 100, false));
        for (int i = 0; i < (dies ? 1 : millis.length); i++) {
            recording.add(
                    benchmark,
                    fork,
                    benchmark.getMeasurement(),
                    i + 1,
                    Benchmarks.iteration(benchmark, benchmark.getMeasurement(), millis[i], i == 0));
        }
        if (!dies) {
            recording.add(benchmark, Benchmarks.fork(benchmark, millis));
        }
    }

    /** A run that was killed in the second fork of its second benchmark. */
    private void recordAndKill() throws IOException {
        Recording recording = new Recording(results, SampleFile.create(files.samples(), List.of()), environment(SETUP));
        record(recording, NONE, 1, false, 10, 11, 12);
        record(recording, NONE, 2, false, 13.5, 14, 15);
        recording.environment().add(NONE, new Notes(Set.of("mini scale"), Map.of("libtorch", "2.7.1")));
        record(recording, FUSED, 1, true, 20, 21, 22);
        record(recording, FUSED, 2, false, 23, 24, 25);
        recording.save();
        record(recording, FUSED, 3, true, 30, 31, 32);
    }

    @Test
    void finishedForksAreKeptAndTheOthersAreNot() throws IOException {
        recordAndKill();
        PreviousRun run = PreviousRun.read(files);
        run.check(environment(SETUP), List.of(NONE, FUSED));

        PreviousRun.Kept none = run.kept(NONE);
        RunResult kept = new RunResult(NONE, none.forks());
        RunResult measured =
                new RunResult(NONE, List.of(Benchmarks.fork(NONE, 10, 11, 12), Benchmarks.fork(NONE, 13.5, 14, 15)));
        assertEquals(
                measured.getPrimaryResult().getScore(), kept.getPrimaryResult().getScore());
        assertEquals(
                measured.getPrimaryResult().getScoreError(),
                kept.getPrimaryResult().getScoreError());
        assertEquals("ms/op", kept.getPrimaryResult().getScoreUnit());
        assertEquals(2, kept.getSecondaryResults().get("load").getSampleCount());
        assertEquals(15, kept.getSecondaryResults().get("memory.peak").getScore(), "the largest");
        assertEquals(List.of("mini scale"), run.marksOf(NONE));

        PreviousRun.Kept fused = run.kept(FUSED);
        assertEquals(1, fused.forks().size());
        assertEquals(Set.of(2), fused.samples().stream().map(Sample::fork).collect(Collectors.toSet()));
    }

    /** A fork that is measured now and one that was read make one result, in all of JMH's formats. */
    @Test
    void keptAndMeasuredForksMix() throws IOException {
        recordAndKill();
        BenchmarkResult kept = PreviousRun.read(files).kept(FUSED).forks().get(0);
        try (Recording recording =
                new Recording(results, SampleFile.create(files.samples(), List.of()), environment(SETUP))) {
            recording.add(FUSED, kept);
            recording.add(FUSED, Benchmarks.fork(FUSED, 26, 27, 28));
        }
        RunResult all = new RunResult(FUSED, PreviousRun.read(files).kept(FUSED).forks());
        assertEquals(6, all.getPrimaryResult().getSampleCount());
        assertEquals(25.5, all.getPrimaryResult().getScore());
        assertEquals(28, all.getSecondaryResults().get("memory.peak").getScore());
        assertTrue(Files.readString(folder.resolve("run.csv")).contains(",6,25.5"));
    }

    @Test
    void rowsOfOtherSettingsAreNotKept() throws IOException {
        recordAndKill();
        PreviousRun.Kept kept = PreviousRun.read(files).kept(Benchmarks.of("none", 0, 5, Mode.SingleShotTime));
        assertEquals(List.of(), kept.forks());
        assertEquals(Optional.of("measurementIterations was 3, is 5"), kept.objection());
        assertEquals(
                new PreviousRun.Kept(List.of(), List.of(), Optional.empty()),
                PreviousRun.read(files).kept(Benchmarks.of("torchscript", 0)),
                "what was not measured is no matter of settings");
    }

    /** Results of two machines in one row would be worth nothing. */
    @Test
    void anotherMachineIsRefused() throws IOException {
        recordAndKill();
        RunSetup other = new RunSetup("other-machine", OptionalInt.empty(), Path.of("/"), "1.0", "");
        PreviousRun run = PreviousRun.read(files);
        EnvironmentFile here = environment(other);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> run.check(here, List.of(NONE, FUSED)));
        assertEquals(
                "cannot go on with run: its machine is test-machine, and here it is other-machine; measure anew, without"
                        + " --resume",
                e.getMessage());
    }

    /** A process that is killed may leave half a row; everything before it counts. */
    @Test
    void aRowThatWasCutOffIsLeftOut() throws IOException {
        recordAndKill();
        byte[] bytes = Files.readAllBytes(files.samples());
        Files.write(files.samples(), Arrays.copyOf(bytes, bytes.length - 20));
        assertEquals(
                8 + 8,
                PreviousRun.read(files).kept(NONE).samples().stream()
                        .filter(sample -> sample.metric().equals("score")
                                || sample.metric().equals("memory.peak"))
                        .count());
    }

    @Test
    void whatIsNoRunIsSaidToBeNone() throws IOException {
        IOException none = assertThrows(IOException.class, () -> PreviousRun.read(files));
        assertTrue(none.getMessage().startsWith(files.environment() + ": no such file"), none::getMessage);
        recordAndKill();
        Files.writeString(files.json(), "[{", StandardCharsets.UTF_8);
        IOException broken = assertThrows(IOException.class, () -> PreviousRun.read(files));
        assertTrue(broken.getMessage().startsWith(files.json() + ": cannot be read as JSON"), broken::getMessage);
    }

    /** The environment's form is what other programs rely on. */
    @Test
    void theEnvironmentSaysWhereAndHow() throws IOException {
        EnvironmentFile file = environment(SETUP);
        file.add(NONE, new Notes(Set.of("cpu"), Map.of("libtorch", "2.7.1")));
        file.add(FUSED, new Notes(Set.of(), Map.of("libtorch", "2.11.0")));
        file.add(new ForkFailure(FUSED, 2, FailureKind.OOM, "CUDA out of memory"));
        file.write();
        JsonObject begun =
                JsonParser.parseString(Files.readString(files.environment())).getAsJsonObject();
        assertTrue(begun.get("end").isJsonNull(), "not yet");
        file.finish();
        JsonObject json =
                JsonParser.parseString(Files.readString(files.environment())).getAsJsonObject();
        assertTrue(json.keySet()
                .containsAll(List.of(
                        "machine",
                        "os",
                        "cpu",
                        "cores",
                        "memoryBytes",
                        "gpu",
                        "versions",
                        "git",
                        "command",
                        "start",
                        "end",
                        "marks",
                        "failures")));
        assertTrue(json.get("gpu").isJsonNull());
        assertTrue(json.getAsJsonObject("versions").keySet().containsAll(List.of("project", "jvm", "jmh", "libtorch")));
        List<String> marks = json.getAsJsonArray("marks").asList().stream()
                .map(mark -> mark.getAsString())
                .toList();
        assertTrue(marks.containsAll(List.of("cpu", "mixed versions of libtorch: 2.7.1, 2.11.0")), marks::toString);
        assertEquals(
                "{\"benchmark\":\"org.example.Model.generate\",\"params\":\"batch=1;compiler=fused{\\\"mode\\\":\\\"low-precision\\\"}\","
                        + "\"fork\":2,\"kind\":\"OOM\",\"reason\":\"CUDA out of memory\"}",
                json.getAsJsonArray("failures").get(0).toString());
        assertFalse(Instant.parse(json.get("end").getAsString())
                .isBefore(Instant.parse(json.get("start").getAsString())));
    }
}
