package org.diffusionjmh.report.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;

class JmhCsvTest {
    private static final String HEADER =
            "\"Benchmark\",\"Mode\",\"Threads\",\"Samples\",\"Score\",\"Score Error (99.9%)\",\"Unit\",\"Param: a\"\n";
    private static final String ROW = "\"p.C.m\",\"avgt\",1,5,12.500000,0.250000,\"ms/op\",x\n";

    @TempDir
    Path folder;

    @Test
    void readsScoresAndMetrics() throws IOException {
        JmhCsv csv = read(HEADER + ROW + "\"p.C.m:·gc.count\",\"avgt\",1,5,3.000000,NaN,\"counts\",x\n");
        assertEquals(List.of(row("score", 12.5, 0.25, "ms/op"), row("gc.count", 3, Double.NaN, "counts")), csv.rows());
        assertEquals(List.of(), csv.warnings());
    }

    private static ResultRow row(String metric, double score, double error, String unit) {
        return new ResultRow(
                "p.C.m", metric, Mode.AverageTime, 1, Parameters.of(Map.of("a", "x")), 5, score, error, unit);
    }

    /** The metrics' dot comes as the platform's charset has it: Latin-1's is no UTF-8, ASCII's is a question mark. */
    @Test
    void metricsAreNamedAlikeInAnyCharset() throws IOException {
        String text = HEADER + "\"p.C.m:·gc.count\",\"avgt\",1,5,3.000000,NaN,\"counts\",x\n";
        assertEquals(
                "gc.count",
                read(text.getBytes(StandardCharsets.ISO_8859_1)).rows().get(0).metric());
        assertEquals(
                "gc.count",
                read(text.getBytes(StandardCharsets.US_ASCII)).rows().get(0).metric());
    }

    @Test
    void readsQuotedParametersByteOrderMarkCarriageReturnsAndEmptyLines() throws IOException {
        JmhCsv csv = read("\uFEFF" + HEADER.replace("\n", "\r\n")
                + "\"p.C.m\",\"ss\",1,5,1E-3,NaN,\"ms/op\",\"fused{\"\"mode\"\": \"\"a,b\"\"}\"\r\n\r\n");
        assertEquals("fused{\"mode\": \"a,b\"}", csv.rows().get(0).parameters().get("a"));
        assertEquals(0.001, csv.rows().get(0).score());
    }

    /** A parameter that a benchmark does not have is an empty column. */
    @Test
    void anEmptyParameterIsNone() throws IOException {
        assertEquals(
                Parameters.of(Map.of()),
                read(HEADER + "\"p.C.m\",\"ss\",1,5,1.0,NaN,\"ms/op\",\n")
                        .rows()
                        .get(0)
                        .parameters());
    }

    @Test
    void readsSemicolons() throws IOException {
        assertEquals(12.5, read((HEADER + ROW).replace(',', ';')).rows().get(0).score());
    }

    @Test
    void anEmptyFileIsRefused() {
        assertError(1, 1, "the file is empty", "");
        assertError(1, 1, "the file is empty", "\n \n");
    }

    @Test
    void aHeaderAloneIsRefused() {
        assertError(2, 1, "no row after the header", HEADER);
    }

    @Test
    void whatIsNoJmhCsvIsRefused() {
        assertError(1, 1, "no column 'Benchmark' in the header; want JMH's CSV", "[\n  {\n");
        assertError(1, 1, "no column 'Score Error (99.9%)'", HEADER.replace("Score Error", "Error") + ROW);
        assertError(2, 4, "the header names 'a' twice", "a,b,\"c,\nd\",a\n1,2,3,4\n");
    }

    @Test
    void aRowThatEndsEarlyIsRefused() {
        assertError(3, 24, "the row ends early, with 5 values, want 8", HEADER + ROW + "\"p.C.m\",\"avgt\",1,5,12.5");
        assertError(3, 9, "this quote is never closed; was the file cut off?", HEADER + ROW + "\"p.C.m\",\"av");
    }

    @Test
    void decimalCommasAreRefused() {
        String advice = "written in a locale with decimal commas; run JMH with java -Duser.language=en";
        assertError(
                2,
                20,
                "Score is '12,500000', " + advice,
                HEADER.replace("99.9", "99,9") + "\"p.C.m\",\"avgt\",1,5,\"12,500000\",\"0,250000\",\"ms/op\",x\n");
        assertError(2, 39, advice, HEADER + "\"p.C.m\",\"avgt\",1,5,12,500000,0,250000,\"ms/op\",x\n");
    }

    @Test
    void wrongValuesAreRefused() {
        assertError(3, 9, "no mode is called 'best'; JMH has thrpt, avgt, sample, ss", rows("\"avgt\"", "best"));
        assertError(3, 20, "Score is '0x10', want a number", rows("12.500000", "0x10"));
        assertError(3, 20, "Score is '12 500', want a number", rows("12.500000", "12 500"));
        assertError(3, 20, "Score is '', want a number", rows("12.500000", ""));
        assertError(3, 18, "Samples is '0', want a whole number from 1", rows(",5,", ",0,"));
        assertError(3, 18, "Samples is '5.5', want a whole number from 1", rows(",5,", ",5.5,"));
        assertError(3, 1, "no Benchmark", rows("\"p.C.m\"", ""));
        assertError(3, 12, "want a delimiter after a closing quote", rows("\"avgt\"", "\"a\"gt\""));
    }

    private static String rows(String right, String wrong) {
        return HEADER + ROW + ROW.replace(right, wrong);
    }

    /** A file cut within its last value looks whole, but for the line's end. */
    @Test
    void aMissingLastLineEndIsWarnedOf() throws IOException {
        JmhCsv csv = read((HEADER + ROW).stripTrailing());
        assertEquals(1, csv.rows().size());
        assertTrue(csv.warnings().get(0).contains("is the file whole?"), csv.warnings()::toString);
    }

    private void assertError(long line, long column, String problem, String text) {
        MalformedResultException e = assertThrows(MalformedResultException.class, () -> read(text));
        assertTrue(e.getMessage().contains(problem), e::getMessage);
        assertTrue(
                e.getMessage().startsWith(folder.resolve("run.csv") + ": line " + line + ", column " + column + ": "),
                e::getMessage);
        assertEquals(line, e.line());
        assertEquals(column, e.column());
    }

    private JmhCsv read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private JmhCsv read(byte[] bytes) throws IOException {
        return JmhCsv.read(Files.write(folder.resolve("run.csv"), bytes));
    }
}
