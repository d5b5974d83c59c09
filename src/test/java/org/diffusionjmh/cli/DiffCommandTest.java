package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusionjmh.report.compare.GeneratedRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCommandTest {
    @TempDir
    Path folder;

    private final CommandOutput output = new CommandOutput();
    private String old;
    private String slower;

    @BeforeEach
    void writeRuns() throws IOException {
        old = row("old", 100);
        slower = row("slower", 110);
    }

    private String row(String name, double score) throws IOException {
        return new GeneratedRun("compiler")
                .row("p.Model.generate", "ss", 10, score, 1, "ms/op", "none")
                .writeCsv(folder.resolve(name + ".csv"))
                .toString();
    }

    @Test
    void printsATable() {
        assertEquals(0, output.run("diff", old, slower), output::err);
        assertTrue(
                output.out()
                        .lines()
                        .anyMatch(line -> line.startsWith("Model.generate")
                                && line.contains("+10.0%")
                                && line.contains("slower")),
                output::out);
    }

    @Test
    void failsOnRegressionIfAsked() {
        assertEquals(0, output.run("diff", old, slower, "--threshold", "5%"));
        assertEquals(1, output.run("diff", old, slower, "--threshold", "5%", "--fail-on-regression"));
        assertTrue(
                output.err().contains("error: slower by more than 5%: p.Model.generate (compiler=none)"), output::err);
        assertEquals(0, output.run("diff", old, slower, "--threshold", "15%", "--fail-on-regression"));
        assertEquals(0, output.run("diff", slower, old, "--fail-on-regression"));
        assertEquals(0, output.run("diff", old, old, "--fail-on-regression"));
    }

    @Test
    void severalFilesPool() {
        assertEquals(0, output.run("diff", "--old", old, old, "--new", slower), output::err);
        assertTrue(output.out().contains("20+10"), output::out);
    }

    @Test
    void writesAFileInTheFormatOfItsExtension() throws IOException {
        Path file = folder.resolve("new/diff.json");
        assertEquals(0, output.run("diff", old, slower, "-o", file.toString()), output::err);
        assertEquals("", output.out());
        JsonObject row = JsonParser.parseString(Files.readString(file))
                .getAsJsonObject()
                .getAsJsonArray("scores")
                .get(0)
                .getAsJsonObject();
        assertEquals("p.Model.generate", row.get("benchmark").getAsString());
        assertEquals("none", row.getAsJsonObject("params").get("compiler").getAsString());
        assertEquals(10, row.get("changePercent").getAsDouble(), 1e-9);
        assertEquals("slower", row.get("verdict").getAsString());
        assertEquals(0, output.run("diff", old, slower, "-o", file.toString(), "--format", "csv"), output::err);
        assertTrue(Files.readString(file).startsWith("kind,benchmark,metric,mode,params.compiler,old,new,unit,"));
    }

    @Test
    void mistakesAreOneLine() {
        assertMistake("want two files, old and new, or --old and --new with one or more each", "diff", old);
        assertMistake("want two files", "diff", old, "--new", slower);
        assertMistake("want two files", "diff");
        assertMistake("--threshold is '5x', want a percentage such as 5%", "diff", old, old, "--threshold", "5x");
        assertMistake("--threshold is '0.05', want a percentage", "diff", old, old, "--threshold", "0.05");
        assertMistake("no format is called 'xml'", "diff", old, old, "--format", "xml");
        assertMistake(
                folder.resolve("no.csv") + ": no such file",
                "diff",
                old,
                folder.resolve("no.csv").toString());
        assertMistake("cannot write " + folder, "diff", old, old, "-o", folder.toString());
    }

    @Test
    void aMalformedFileIsToldWithItsPlace() throws IOException {
        Path file = folder.resolve("broken.csv");
        Files.writeString(file, Files.readString(Path.of(old)).replace("100.000000", "\"100,000000\""));
        assertMistake(
                file + ": line 2, column 30: Score is '100,000000', written in a locale", "diff", old, file.toString());
    }

    private void assertMistake(String message, String... args) {
        CommandOutput mistaken = new CommandOutput();
        assertEquals(2, mistaken.run(args));
        assertTrue(mistaken.err().startsWith("error: " + message), mistaken::err);
        assertEquals(1, mistaken.err().lines().count(), mistaken::err);
        assertEquals("", mistaken.out());
    }
}
