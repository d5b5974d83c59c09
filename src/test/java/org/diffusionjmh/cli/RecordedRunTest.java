package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.diffusionjmh.image.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs with forks that die, hang, run out of memory and throw: nothing that was measured is lost, and nothing that failed is hidden. */
class RecordedRunTest {
    private static final String CALL = TroubleBenchmark.class.getName() + ".call";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String troubles, int forks, int iterations, String... more) {
        out.reset();
        err.reset();
        List<String> args = new ArrayList<>(List.of(CALL, "-p", "trouble=" + troubles, "-wi", "1"));
        args.addAll(List.of("-f", Integer.toString(forks), "-i", Integer.toString(iterations)));
        args.addAll(List.of("-jvmArgsAppend", "-D" + TroubleBenchmark.FOLDER + "=" + folder));
        args.addAll(List.of(more));
        return new BenchmarkCommand(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(args.toArray(String[]::new));
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private List<String> errors() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private List<CSVRecord> rows(String name) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (CSVParser parser = CSVParser.parse(folder.resolve(name), StandardCharsets.UTF_8, format)) {
            return parser.getRecords();
        }
    }

    /** Samples of the score in JMH's CSV, by trouble. */
    private Map<String, String> samplesInResults() throws IOException {
        return rows("run.csv").stream()
                .filter(row -> row.get("Benchmark").equals(CALL))
                .collect(Collectors.toMap(
                        row -> row.get("Param: trouble"), row -> row.get("Samples"), (a, b) -> a, TreeMap::new));
    }

    /** Numbers of the forks that have samples of measured scores, by trouble. */
    private Map<String, Set<String>> forksInSamples() throws IOException {
        return rows("run.samples.csv").stream()
                .filter(row -> row.get("metric").equals("score")
                        && row.get("phase").equals("measurement")
                        && row.get("iteration").equals("2"))
                .collect(Collectors.groupingBy(
                        row -> row.get("params"),
                        TreeMap::new,
                        Collectors.mapping(row -> row.get("fork"), Collectors.toSet())));
    }

    private JsonObject environment() throws IOException {
        return JsonParser.parseString(Files.readString(folder.resolve("run.environment.json")))
                .getAsJsonObject();
    }

    private static List<String> failures(JsonObject environment) {
        return environment.getAsJsonArray("failures").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .map(failure -> failure.get("params").getAsString() + " "
                        + failure.get("fork").getAsInt() + " "
                        + failure.get("kind").getAsString() + ": "
                        + failure.get("reason").getAsString())
                .toList();
    }

    /** The score that JMH writes is the mean of the measured samples. */
    private void assertSamplesAgreeWithScores() throws IOException {
        Map<String, Double> means = rows("run.samples.csv").stream()
                .filter(row -> row.get("phase").equals("measurement")
                        && row.get("metric").equals("score"))
                .collect(Collectors.groupingBy(
                        row -> row.get("params"),
                        Collectors.averagingDouble(row -> Double.parseDouble(row.get("value")))));
        for (CSVRecord row : rows("run.csv")) {
            if (row.get("Benchmark").equals(CALL)) {
                assertEquals(
                        means.get("compiler=none;trouble=" + row.get("Param: trouble")),
                        Double.parseDouble(row.get("Score")),
                        1e-6);
            }
        }
    }

    @Test
    void whatFailsIsARowAndTheRestRunsOnAndCanBeResumed() throws IOException {
        String troubles = "no,dies-once,hangs-once,oom,throws";
        Path csv = folder.resolve("run.csv");
        assertEquals(1, run(troubles, 2, 2, "--fork-timeout", "8s", "-rff", csv.toString()));

        assertEquals(Map.of("dies-once", "2", "hangs-once", "2", "no", "4"), samplesInResults());
        assertEquals(
                Map.of(
                        "compiler=none;trouble=dies-once", Set.of("2"),
                        "compiler=none;trouble=hangs-once", Set.of("2"),
                        "compiler=none;trouble=no", Set.of("1", "2")),
                forksInSamples());
        assertSamplesAgreeWithScores();
        JsonObject environment = environment();
        assertEquals(
                List.of(
                        "compiler=none;trouble=dies-once 1 crashed: the process ended with exit code 137"
                                + " (killed; by the system if the host's memory ran out)",
                        "compiler=none;trouble=hangs-once 1 timed out: no iteration ended within 8 s (--fork-timeout)",
                        "compiler=none;trouble=oom 1 OOM: IllegalArgumentException: CUDA out of memory. Tried to allocate 20.00 MiB.",
                        "compiler=none;trouble=throws 1 error: IllegalStateException: this benchmark fails"),
                failures(environment));
        assertEquals(4, errors().size(), errors()::toString);
        assertTrue(
                errors().get(2).startsWith("error: failed: " + CALL + " (compiler=none, trouble=oom), fork 1: OOM: "));
        assertFalse(output().contains("cannot generate"), "no stack trace for a device that is too small");
        assertTrue(output().contains("at org.diffusionjmh.cli.TroubleBenchmark.call"), "one for a mistake");
        assertTrue(output().lines().anyMatch(line -> line.matches(".*oom +0 +OOM .*fork 1 OOM")), this::output);
        assertTrue(output().lines().anyMatch(line -> line.matches(".*hangs-once +2 .*fork 1 timed out")), this::output);
        assertTrue(output().contains("All rows: ") && output().contains("mini scale"), this::output);

        assertEquals(1, run(troubles, 2, 2, "--fork-timeout", "8s", "--resume", csv.toString()));
        assertEquals(Map.of("dies-once", "4", "hangs-once", "4", "no", "4"), samplesInResults());
        assertEquals(Set.of("1", "2"), forksInSamples().get("compiler=none;trouble=dies-once"));
        assertSamplesAgreeWithScores();
        assertEquals(2, errors().size(), errors()::toString);
        assertEquals(2, failures(environment()).size());
        assertTrue(output().contains("# Kept: " + CALL + " (compiler=none, trouble=no): 2 of 2 forks"), this::output);
        assertEquals(environment, environment().getAsJsonObject("earlier"), "the first run is still told of");
    }

    /** libtorch's C ABI prints why a call failed, and returns only that it did. */
    @Test
    void memoryThatRunsOutInACallOfTheCInterfaceIsTold() throws IOException {
        assertEquals(1, run("oom-in-c", 1, 1, "-rff", folder.resolve("run.csv").toString()));
        assertEquals(
                List.of("compiler=none;trouble=oom-in-c 1 OOM: IllegalStateException: aoti_torch_empty_strided failed;"
                        + " CUDA out of memory. Tried to allocate 2.00 GiB."),
                failures(environment()));
    }

    /** The benchmark's picture depends on the compiler's name only. */
    @Test
    void picturesAreKeptAndCompared() throws IOException {
        Path csv = folder.resolve("run.csv");
        assertEquals(0, run("no", 1, 1, "-p", "compiler=none,fused", "--keep-pictures", "-rff", csv.toString()));
        Map<String, CSVRecord> pictures =
                rows("run.pictures.csv").stream().collect(Collectors.toMap(row -> row.get("params"), row -> row));
        assertEquals("Infinity", pictures.get("compiler=none;trouble=no").get("psnr"));
        CSVRecord fused = pictures.get("compiler=fused;trouble=no");
        assertEquals("1", fused.get("maxDifference"));
        assertEquals("run.pictures/TroubleBenchmark.call-compiler=fused-trouble=no-seed=333.png", fused.get("file"));
        assertEquals(
                "fused".length(),
                RgbImage.read(folder.resolve(fused.get("file"))).get(0, 0, 0));
        assertTrue(output().lines().anyMatch(line -> line.matches(".* fused .* 1$")), this::output);
    }

    /** A resumed run must not mix what was measured differently, nor forget what it does not measure. */
    @Test
    void resumingAsksForTheSameRun() throws IOException {
        Path csv = folder.resolve("run.csv");
        assertEquals(0, run("no,slow", 1, 2, "-rff", csv.toString()), err::toString);

        assertEquals(2, run("no", 1, 2, "--resume", csv.toString()));
        assertTrue(errors().get(0)
                .contains("it has " + CALL + " (compiler=none, trouble=slow), which this command does not measure"));
        assertEquals(Map.of("no", "2", "slow", "2"), samplesInResults());

        assertEquals(0, run("no,slow", 1, 1, "--resume", csv.toString()), err::toString);
        assertTrue(output().contains("its measurementIterations was 2, is 1"), this::output);
        assertEquals(Map.of("no", "1", "slow", "1"), samplesInResults());
        assertSamplesAgreeWithScores();
    }

    /** Unforked, JMH runs all by itself: it is recorded all the same. */
    @Test
    void whatIsNotForkedIsRecorded() throws IOException {
        System.setProperty(TroubleBenchmark.FOLDER, folder.toString());
        assertEquals(1, run("no,throws", 0, 2, "-rff", folder.resolve("run.csv").toString()));
        assertEquals(Map.of("no", "2"), samplesInResults());
        assertEquals(Map.of("compiler=none;trouble=no", Set.of("1")), forksInSamples());
        assertSamplesAgreeWithScores();
        assertEquals(
                List.of("compiler=none;trouble=throws 1 error: IllegalStateException: this benchmark fails"),
                failures(environment()));
    }

    /** JMH's lock is taken once for all forks; another process waits for nobody and says so. */
    @Test
    void oneRunAtATime() throws Exception {
        assertEquals("", runInOwnProcess(0));
        Path file = folder.resolve("jmh.lock");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertTrue(lock.isValid());
            String message = runInOwnProcess(1);
            assertTrue(message.startsWith("error: another JMH is running (" + file + ")"), message);
        }
    }

    /** What a run with two forks in a JVM of its own, which heeds the lock, prints to the error stream. */
    private String runInOwnProcess(int status) throws Exception {
        Path errors = folder.resolve("errors.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + folder,
                        "-D" + TroubleBenchmark.FOLDER + "=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        CALL,
                        "-f",
                        "2",
                        "-wi",
                        "0",
                        "-i",
                        "1",
                        "-rff",
                        folder.resolve("run.csv").toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start();
        assertEquals(status, process.waitFor(), () -> "exit status; see " + errors);
        return Files.readString(errors);
    }
}
