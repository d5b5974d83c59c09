package org.diffusionjmh.report.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.openjdk.jmh.annotations.Mode;

/** What JMH writes is read as it was; anything else is read or refused with its place, never something else. */
class JmhCsvPropertiesTest {
    private static final int SCORE = 4;

    @Property(tries = 100)
    void whatIsWrittenIsRead(@ForAll("rows") List<ResultRow> rows) throws IOException {
        assertEquals(rows, read(write(rows, Locale.ROOT)).rows());
    }

    /** Any locale with a decimal comma is found at the first number that shows it. */
    @Property(tries = 50)
    void decimalCommasAreRefused(@ForAll("rows") List<ResultRow> rows) {
        MalformedResultException e =
                assertThrows(MalformedResultException.class, () -> read(write(rows, Locale.GERMANY)));
        assertEquals(2, e.line());
        assertTrue(e.getMessage().contains("decimal commas"), e::getMessage);
    }

    /** The place told is the place of the mistake, whatever quotes, delimiters and line ends stand before it. */
    @Property(tries = 100)
    void aMistakeIsFoundWhereItIs(@ForAll("rows") List<ResultRow> rows, @ForAll @IntRange(max = 1000) int which) {
        int wrong = which % rows.size();
        List<String> lines = new ArrayList<>(List.of(header(names(rows))));
        int offset = 0;
        for (int i = 0; i < rows.size(); i++) {
            List<String> fields = fields(rows.get(i), names(rows), Locale.ROOT);
            if (i == wrong) {
                offset = String.join("\n", lines).length()
                        + 1
                        + String.join(",", fields.subList(0, SCORE)).length()
                        + 1;
                fields.set(SCORE, "oops");
            }
            lines.add(String.join(",", fields));
        }
        String text = String.join("\n", lines) + "\n";
        String before = text.substring(0, offset);
        MalformedResultException e = assertThrows(MalformedResultException.class, () -> read(text));
        assertEquals(before.chars().filter(c -> c == '\n').count() + 1, e.line());
        assertEquals(offset - before.lastIndexOf('\n'), e.column());
    }

    /** Cut anywhere, it is refused, or has the first rows, the last of them warned of. */
    @Example
    void aTruncatedFileIsRefusedOrWarnedOf() throws IOException {
        List<ResultRow> rows =
                List.of(row("a.B.c", "score", "fused{\"mode\": \"x,y\"}", 1.5), row("a.B.c", "load", "none", 20.25));
        String text = write(rows, Locale.ROOT);
        for (int length = 0; length < text.length(); length++) {
            JmhCsv csv;
            try {
                csv = read(text.substring(0, length));
            } catch (MalformedResultException refused) {
                continue;
            }
            int whole = (int) text.substring(0, length)
                            .chars()
                            .filter(c -> c == '\n')
                            .count()
                    - 1;
            assertEquals(rows.subList(0, whole), csv.rows().subList(0, whole));
            assertEquals(csv.rows().size() > whole, !csv.warnings().isEmpty(), "cut at " + length);
        }
    }

    @Property(tries = 200)
    void aDamagedFileIsReadOrRefused(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 10_000) Integer> positions, @ForAll byte value)
            throws IOException {
        List<ResultRow> rows =
                List.of(row("a.B.c", "score", "fused{\"mode\": \"x,y\"}", 1.5), row("d.E.f", "score", "", 2));
        byte[] bytes = write(rows, Locale.ROOT).getBytes(StandardCharsets.UTF_8);
        positions.forEach(position -> bytes[position % bytes.length] = value);
        readOrRefuse(bytes);
    }

    @Property(tries = 200)
    void anyTextIsReadOrRefused(@ForAll("tokens") List<String> tokens) throws IOException {
        readOrRefuse((header(List.of("x")) + "\n" + String.join("", tokens)).getBytes(StandardCharsets.UTF_8));
    }

    private static void readOrRefuse(byte[] bytes) throws IOException {
        try {
            read(bytes);
        } catch (MalformedResultException refused) {
            assertTrue(refused.line() >= 1 && refused.column() >= 1, refused::getMessage);
        }
    }

    @Provide
    Arbitrary<List<String>> tokens() {
        return Arbitraries.of(
                        "\"",
                        "\"\"",
                        ",",
                        "\n",
                        "\r",
                        "\r\n",
                        ";",
                        "a.B.c",
                        ":",
                        "ss",
                        "1",
                        "1.5",
                        "1,5",
                        "NaN",
                        "-",
                        "E",
                        "ms/op",
                        " ",
                        "\0",
                        "·",
                        "\"a.B.c\",\"ss\",1,5,1.5,NaN,\"ms/op\",x\n")
                .list()
                .ofMaxSize(30);
    }

    @Provide
    Arbitrary<List<ResultRow>> rows() {
        Arbitrary<String> names = Arbitraries.of("p.q.Model.generate", "Model.step", "p.C.with space");
        Arbitrary<String> metrics = Arbitraries.of("score", "load", "gc.alloc.rate.norm", "p0.50");
        Arbitrary<String> values = Arbitraries.strings()
                .withChars("ab ,;\"'=:{}\n\t%·1.")
                .ofMaxLength(8)
                .map(String::strip);
        Arbitrary<Map<String, String>> parameters = Arbitraries.maps(
                        Arbitraries.of("compiler", "resolution", "x y"), values)
                .ofMaxSize(3);
        Arbitrary<Double> numbers = Arbitraries.doubles().between(0.001, 1e6).ofScale(6);
        return Combinators.combine(
                        names,
                        metrics,
                        Arbitraries.of(Mode.Throughput, Mode.AverageTime, Mode.SampleTime, Mode.SingleShotTime),
                        Arbitraries.longs().between(1, 64),
                        parameters,
                        Arbitraries.longs().between(1, 1_000_000),
                        numbers,
                        Arbitraries.oneOf(numbers, Arbitraries.just(Double.NaN)))
                .as((name, metric, mode, threads, values2, samples, score, error) -> new ResultRow(
                        name, metric, mode, threads, Parameters.of(values2), samples, score, error, "ms/op"))
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    private static ResultRow row(String name, String metric, String value, double score) {
        Parameters parameters = Parameters.of(Map.of("compiler", value));
        return new ResultRow(name, metric, Mode.SingleShotTime, 1, parameters, 5, score, Double.NaN, "ms/op");
    }

    /** As JMH 1.37 writes. */
    private static String write(List<ResultRow> rows, Locale locale) {
        StringBuilder text = new StringBuilder(header(names(rows))).append('\n');
        rows.forEach(row ->
                text.append(String.join(",", fields(row, names(rows), locale))).append('\n'));
        return text.toString();
    }

    private static String header(List<String> names) {
        List<String> columns = new ArrayList<>(
                List.of("Benchmark", "Mode", "Threads", "Samples", "Score", "Score Error (99.9%)", "Unit"));
        names.forEach(name -> columns.add("Param: " + name));
        return String.join(
                ",", columns.stream().map(column -> '"' + column + '"').toList());
    }

    private static List<String> names(List<ResultRow> rows) {
        TreeSet<String> names = new TreeSet<>();
        rows.forEach(row -> names.addAll(row.parameters().values().keySet()));
        return List.copyOf(names);
    }

    private static List<String> fields(ResultRow row, List<String> names, Locale locale) {
        String label = row.isScore() ? row.benchmark() : row.benchmark() + ":·" + row.metric();
        List<String> fields = new ArrayList<>(List.of(
                '"' + label + '"',
                '"' + row.mode().shortLabel() + '"',
                Long.toString(row.threads()),
                Long.toString(row.samples()),
                emit(String.format(locale, "%f", row.score())),
                emit(String.format(locale, "%f", row.error())),
                '"' + row.unit() + '"'));
        names.forEach(name -> fields.add(emit(row.parameters().get(name))));
        return fields;
    }

    private static String emit(String value) {
        boolean quoted = Arrays.asList(",", " ", "\n", "\r", "\"").stream().anyMatch(value::contains);
        return quoted ? '"' + value.replace("\"", "\"\"") + '"' : value;
    }

    private static JmhCsv read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JmhCsv read(byte[] bytes) throws IOException {
        Path file = Files.createTempFile("property", ".csv");
        try {
            return JmhCsv.read(Files.write(file, bytes));
        } finally {
            Files.delete(file);
        }
    }
}
