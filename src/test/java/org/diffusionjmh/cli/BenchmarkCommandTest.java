package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchmarkCommandTest {
    private static final String WORKS = SleepBenchmark.class.getName() + ".works";
    private static final String FAILS = SleepBenchmark.class.getName() + ".fails";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return new BenchmarkCommand(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(args);
    }

    private static Map<String, CSVRecord> rows(Path csv) throws IOException {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (CSVParser parser = CSVParser.parse(csv, StandardCharsets.UTF_8, format)) {
            return parser.stream().collect(Collectors.toMap(row -> row.get("Benchmark"), row -> row));
        }
    }

    @Test
    void figuresCanBeLeftOut() throws IOException {
        Path csv = folder.resolve("results.csv");
        assertEquals(
                0, run(WORKS, "-f", "1", "-wi", "0", "-i", "1", "--no-figures", "-rff", csv.toString()), err::toString);
        assertEquals(Set.of(WORKS), rows(csv).keySet());
    }

    /**
     * The figures reach JMH's CSV: those of an iteration once per measured iteration, those of a fork once per fork; the first iteration
     * is the warm-up figure and not in the score.
     */
    @Test
    void figuresReachTheResults() throws IOException {
        Path csv = folder.resolve("new/results.csv");
        assertEquals(0, run(WORKS, "-f", "2", "-wi", "1", "-i", "2", "-rff", csv.toString()), err::toString);

        Map<String, CSVRecord> rows = rows(csv);
        assertEquals(5, rows.size());
        assertEquals("4", rows.get(WORKS).get("Samples"));
        assertTrue(Double.parseDouble(rows.get(WORKS).get("Score")) < SleepBenchmark.FIRST_MILLIS / 2.0);
        assertEquals("ms/op", rows.get(WORKS).get("Unit"));

        CSVRecord warmup = rows.get(WORKS + ":warmup");
        assertEquals("2", warmup.get("Samples"));
        assertEquals("s", warmup.get("Unit"));
        assertEquals(SleepBenchmark.FIRST_MILLIS / 1e3, Double.parseDouble(warmup.get("Score")), 0.15);

        CSVRecord load = rows.get(WORKS + ":load");
        assertEquals("2", load.get("Samples"));
        assertEquals(SleepBenchmark.LOAD, Double.parseDouble(load.get("Score")));

        CSVRecord rate = rows.get(WORKS + ":iterations.per.second");
        assertEquals("4", rate.get("Samples"));
        assertEquals(SleepBenchmark.RATE, Double.parseDouble(rate.get("Score")));

        CSVRecord memory = rows.get(WORKS + ":memory.peak");
        assertEquals(3, Double.parseDouble(memory.get("Score")), "the largest, not the sum");
    }

    /** JMH exits 0 then, and says nothing in the results. */
    @Test
    void aFailedBenchmarkFailsTheCommandAndKeepsTheOthers() throws IOException {
        Path csv = folder.resolve("results.csv");
        assertEquals(1, run("SleepBenchmark", "-f", "1", "-wi", "0", "-i", "1", "-rff", csv.toString()));
        assertEquals(
                "error: failed: " + FAILS + " (millis=1), fork 1: error: IllegalStateException: this benchmark fails",
                err.toString(StandardCharsets.UTF_8).strip());
        assertTrue(rows(csv).containsKey(WORKS));
        assertFalse(rows(csv).containsKey(FAILS));
    }

    /** An hour's results must not get lost at its end. */
    @Test
    void anUnwritablePlaceIsRefusedBeforeTheRun() throws IOException {
        Path occupied = Files.createFile(folder.resolve("occupied"));
        assertEquals(2, run(WORKS, "-rff", occupied.resolve("results.csv").toString()));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains(occupied + " is no folder"), err::toString);
        assertEquals("", out.toString(StandardCharsets.UTF_8), "nothing has run");
    }

    /** JMH would take the last two, and measure something else. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    SleepBenchmark -zz             | z is not a recognized option
                    nosuch                         | no benchmark matches
                    SleepBenchmark -prof nosuch    | cannot use a profiler:
                    RealVisXlV40 -p compiler=fast  | unknown compiler 'fast'; known: none
                    RealVisXlV40 -p dtype=fp64     | unknown dtype 'fp64'; known: auto
                    RealVisXlV40 -p scale=tiny     | unknown scale 'tiny'; known: auto
                    RealVisXlV40 -p resolution=500 | 500, want a multiple of 8
                    RealVisXlV40 -p steps=ten      | steps is 'ten', want a whole number
                    RealVisXlV40 -p step=10        | no chosen benchmark has a parameter 'step'; known: compiler
                    """)
    void mistakesAreOneLine(String arguments, String message) {
        assertEquals(2, run(arguments.split(" ")));
        List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("error: ") && lines.get(0).contains(message), lines::toString);
    }
}
