package org.diffusionjmh.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusionjmh.report.compare.GeneratedRun;
import org.diffusionjmh.report.result.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
    private static final Pattern CHARTS =
            Pattern.compile("<script type=\"application/json\" id=\"chart-data\">(.*?)</script>", Pattern.DOTALL);
    private static final Pattern ADDRESS = Pattern.compile("(?:src|href)=\"([^\"]*)\"");

    @TempDir
    Path folder;

    private String page() throws IOException {
        return ReportPage.of(List.of(Run.read(SampleRuns.write(folder, "run"))), List.of());
    }

    @Test
    void theTablesHaveTheFigures() throws IOException {
        String page = page();
        assertTrue(page.contains("<td>Model.generate</td><td>fused</td><td>512</td>"), page);
        assertTrue(page.contains("<td class=\"number\" data-value=\"61.5\">61.50</td>"), page);
        assertTrue(page.contains(" images</td>"), page);
        assertTrue(page.contains("In all rows: mode=ss"), page);
    }

    /** Marks, failures and whatever else is to be known come before any figure. */
    @Test
    void theSeedOfTrustComesFirst() throws IOException {
        String page = page();
        int results = page.indexOf("id=\"results\"");
        assertTrue(page.indexOf(">synthetic weights</mark>") < results);
        assertTrue(page.indexOf("p.Model.step (compiler=fused), fork 1: OOM: full") < results);
        assertTrue(page.indexOf("commit 0123456789 with changes") < results);
        assertTrue(page.contains("<td>fallback: x</td>"), "the mark of a row stands in the row");
        assertTrue(page.contains("<td>one &amp; only</td>"), "the environment is there");
    }

    /** Nothing is fetched: all addresses are places in the page, or data; and the browser is told to allow nothing else. */
    @Test
    void thePageNeedsNothingElse() throws IOException {
        String page = page();
        String markup = page.substring(0, page.indexOf("<script type=\"application/json\""));
        Matcher addresses = ADDRESS.matcher(markup);
        while (addresses.find()) {
            assertTrue(
                    addresses.group(1).startsWith("#") || addresses.group(1).startsWith("data:"), addresses.group(1));
        }
        assertTrue(markup.contains("default-src 'none'"));
        assertFalse(page.contains("sourceMappingURL"));
        assertTrue(page.contains("Chart.js v"), "the library is in the page, with its licence");
    }

    @Test
    void picturesStandSideBySideWithTheirDifference() throws IOException {
        String page = page();
        assertEquals(3, page.split("src=\"data:image/jpeg;base64,", -1).length - 1, "two pictures and a difference");
        assertTrue(page.contains("alt=\"difference of fused from none\""));
        assertTrue(page.contains("PSNR 41.50 dB, SSIM 0.9870, largest difference 9"));
        assertTrue(page.contains("Cannot be shown: "), "a picture that is missing is said to be");
    }

    @Test
    void chartsHaveTheFigures() throws IOException {
        JsonArray charts = charts(page());
        assertEquals(
                List.of(
                        "Model.generate",
                        "generate: cost of compiling against saving",
                        "Model.generate:iterations.per.second",
                        "Model.generate:memory.peak",
                        "Model.generate, resolution 512",
                        "Model.generate, resolution 1024"),
                titles(charts));
        JsonObject latency = charts.get(0).getAsJsonObject();
        assertEquals(
                "[\"512\",\"1024\"]", latency.getAsJsonObject("x").get("labels").toString());
        JsonObject none = latency.getAsJsonArray("series").get(0).getAsJsonObject();
        assertEquals("none", none.get("name").getAsString());
        JsonObject point = none.getAsJsonArray("points").get(1).getAsJsonObject();
        assertEquals(1, point.get("x").getAsDouble());
        assertEquals(201.5, point.get("y").getAsDouble());
        assertTrue(point.get("low").getAsDouble() < 201.5 && point.get("high").getAsDouble() > 201.5);
        JsonObject warmUp = charts.get(4).getAsJsonObject();
        assertEquals(
                "[\"w1\",\"1\",\"2\"]",
                warmUp.getAsJsonObject("x").get("labels").toString());
    }

    @Test
    void severalRunsAreToldApart() throws IOException {
        Run first = Run.read(SampleRuns.write(folder, "first"));
        Run second = Run.read(SampleRuns.write(folder, "second"));
        String page = ReportPage.of(List.of(first, second), List.of());
        assertTrue(page.contains("<b>Run A</b> first") && page.contains("<b>Run B</b> second"), page);
        JsonArray series = charts(page).get(0).getAsJsonObject().getAsJsonArray("series");
        assertEquals("fused (B)", series.get(3).getAsJsonObject().get("name").getAsString());
    }

    /** By the environment's start, else by the name's; with one point per run. */
    @Test
    void historyIsByTime() throws IOException {
        Run later = Run.read(SampleRuns.write(folder, "a"));
        Run earlier = Run.read(new GeneratedRun("compiler", "resolution")
                .row(SampleRuns.GENERATE, "ss", 5, 70, 1, "ms/op", "none", "512")
                .writeCsv(folder.resolve("20261101-101010-box.csv")));
        String page = ReportPage.of(List.of(), List.of(later, earlier));
        assertTrue(page.indexOf("2026-11-01 10:10") < page.indexOf("2026-11-25 00:10"));
        assertTrue(page.contains("<td>0123456789 with changes</td>"));
        assertEquals(
                List.of("Model.generate on box", "Model.generate on one & only NVIDIA H200"), titles(charts(page)));
    }

    @Test
    void textCannotBecomeMarkup() throws IOException {
        String evil = "</script><script>alert(1)</script>";
        Run run = Run.read(new GeneratedRun("x")
                .row("p.<b>C</b>." + evil, "ss", 5, 1, 0.1, "<i>", "\"" + evil + "\"")
                .row("p.<b>C</b>." + evil, "ss", 5, 1, 0.1, "<i>", "y")
                .writeCsv(folder.resolve("run.csv")));
        String page = ReportPage.of(List.of(run), List.of(run));
        assertFalse(page.contains("<script>alert"), "in a cell or in the charts' data");
        assertFalse(page.contains("<b>C</b>"));
        assertEquals(3, page.split("</script>", -1).length - 1);
        assertTrue(charts(page).size() > 0);
    }

    /** Every kind of damage makes a page that says so. */
    @Test
    void malformedFilesAreWarnedOf() throws IOException {
        Path csv = SampleRuns.write(folder, "run");
        List<String> endings =
                List.of(".csv", ".samples.csv", ".pictures.csv", ".environment.json", ".pictures/none.png");
        for (String ending : endings) {
            SampleRuns.write(folder, "run");
            Path file = folder.resolve("run" + ending);
            byte[] bytes = Files.readAllBytes(file);
            for (byte[] damaged : List.of(
                    new byte[0], "{]\0,\"".getBytes(StandardCharsets.UTF_8), Arrays.copyOf(bytes, bytes.length / 2))) {
                Files.write(file, damaged);
                String page = ReportPage.of(List.of(Run.salvage(csv)), List.of(Run.salvage(csv)));
                assertTrue(page.contains("Warnings") || page.contains("Cannot be shown"), ending);
                assertTrue(page.endsWith("</html>\n"), ending);
            }
        }
    }

    @Test
    void numbersThatAreNoneAreLeftOut() throws IOException {
        Run run = Run.read(new GeneratedRun("compiler")
                .row("p.C.m", "ss", 5, Double.NaN, Double.NaN, "ms/op", "none")
                .row("p.C.m", "ss", 5, Double.POSITIVE_INFINITY, Double.NaN, "ms/op", "fused")
                .row("p.C.m:warmup", "ss", 5, Double.NaN, Double.NaN, "s", "fused")
                .row("p.C.n", "ss", 5, 0, 0, "ms/op", "none")
                .row("p.C.n", "ss", 5, -1, 0, "ms/op", "fused")
                .writeCsv(folder.resolve("run.csv")));
        assertFalse(charts(ReportPage.of(List.of(run), List.of(run))).toString().contains("NaN"));
    }

    private static JsonArray charts(String page) {
        Matcher matcher = CHARTS.matcher(page);
        assertTrue(matcher.find());
        return JsonParser.parseString(matcher.group(1)).getAsJsonArray();
    }

    private static List<String> titles(JsonArray charts) {
        return charts.asList().stream()
                .map(JsonElement::getAsJsonObject)
                .map(chart -> chart.get("title").getAsString())
                .toList();
    }
}
