package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusionjmh.report.compare.GeneratedRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    @TempDir
    Path folder;

    private final CommandOutput output = new CommandOutput();

    private Path run() throws IOException {
        return new GeneratedRun("compiler")
                .row("p.Model.generate", "ss", 10, 100, 1, "ms/op", "none")
                .writeCsv(folder.resolve("run.csv"));
    }

    @Test
    void writesThePage() throws IOException {
        Path page = folder.resolve("new/report.html");
        assertEquals(0, output.run("report", run().toString(), "--history", folder.toString(), "-o", page.toString()));
        assertEquals("Report: " + page, output.out().strip());
        String html = Files.readString(page);
        assertTrue(html.contains("Model.generate") && html.contains("id=\"history\""), html);
    }

    @Test
    void whatIsMalformedIsAWarning() throws IOException {
        Path csv = run();
        Files.writeString(csv, "");
        Path page = folder.resolve("report.html");
        assertEquals(0, output.run("report", csv.toString(), "-o", page.toString()));
        assertEquals(
                "warning: " + csv + ": line 1, column 1: the file is empty; want a header and rows",
                output.err().strip());
        assertTrue(Files.readString(page).contains("There are no results."));
    }

    @Test
    void mistakesAreOneLine() throws IOException {
        assertMistake("want one or more CSVs of results, or --history with a folder of them");
        assertMistake(
                folder.resolve("no.csv") + ": no such file",
                folder.resolve("no.csv").toString());
        assertMistake(
                "--history: " + folder.resolve("no") + " is no folder",
                "--history",
                folder.resolve("no").toString());
        assertMistake("--history: there are no CSVs of results in " + folder, "--history", folder.toString());
        assertMistake("cannot write " + folder, run().toString(), "-o", folder.toString());
    }

    private void assertMistake(String message, String... args) {
        CommandOutput mistaken = new CommandOutput();
        String[] all = new String[args.length + 1];
        all[0] = "report";
        System.arraycopy(args, 0, all, 1, args.length);
        assertEquals(2, mistaken.run(all));
        assertTrue(mistaken.err().startsWith("error: " + message), mistaken::err);
        assertEquals("", mistaken.out());
    }
}
