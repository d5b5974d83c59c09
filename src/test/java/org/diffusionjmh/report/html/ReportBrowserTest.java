package org.diffusionjmh.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffusionjmh.report.result.Run;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser without a window, where the machine has one: what it draws, sorts and filters. */
class ReportBrowserTest {
    private static final Pattern RESULT = Pattern.compile("<pre id=\"result\">(.*?)</pre>", Pattern.DOTALL);
    private static final int DARK = 0;
    private static final int LIGHT = 1;

    /** Before all other scripts: what goes wrong is kept. */
    private static final String RECORDER = """
            <script>
            window.problems = [];
            window.addEventListener("error", (event) => problems.push(String(event.message)));
            document.addEventListener("securitypolicyviolation", (event) => problems.push("refused: " + event.blockedURI));
            </script>
            """;

    /** After them: a person's clicks, and what is there to see. */
    private static final String PERSON = """
            <script>
            const table = document.querySelector("#results table");
            const column = (name) => [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent === name);
            const seen = (name) => [...table.tBodies[0].rows].filter((row) => !row.hidden)
                .map((row) => row.cells[column(name)].textContent);
            const click = (name) => table.tHead.rows[0].cells[column(name)].querySelector("button").click();
            const result = { canvases: document.querySelectorAll("canvas").length };
            click("value");
            result.ascending = seen("value");
            click("value");
            result.descending = seen("value");
            const input = document.querySelector("#results details .filter");
            input.value = "FUSED  memory";
            input.dispatchEvent(new Event("input"));
            result.filtered = [...document.querySelectorAll("#results details tbody tr")].filter((row) => !row.hidden).length;
            result.painted = [...document.querySelectorAll("canvas")].filter((canvas) =>
                canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value !== 0)).length;
            result.background = getComputedStyle(document.body).backgroundColor;
            result.overflow = document.documentElement.scrollWidth > document.documentElement.clientWidth;
            result.problems = problems;
            const pre = document.createElement("pre");
            pre.id = "result";
            pre.textContent = JSON.stringify(result);
            document.body.append(pre);
            </script>
            """;

    @TempDir
    Path folder;

    private String browser;

    @BeforeEach
    void findBrowser() {
        Optional<String> found = Stream.of("chromium", "chromium-browser", "google-chrome", "chrome")
                .flatMap(name -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .map(entry -> Path.of(entry, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        Assumptions.assumeTrue(found.isPresent(), "there is no Chromium on this machine");
        browser = found.get();
    }

    @Test
    void everythingIsDrawnSortedAndFiltered() throws Exception {
        Run run = Run.read(SampleRuns.write(folder, "run"));
        JsonObject light = open(ReportPage.of(List.of(run), List.of(run)), LIGHT, 1200);
        assertEquals(List.of(), texts(light.getAsJsonArray("problems")));
        assertEquals(7, light.get("canvases").getAsInt());
        assertEquals(7, light.get("painted").getAsInt());
        assertEquals(List.of("61.50", "101.5", "121.5", "201.5"), texts(light.getAsJsonArray("ascending")));
        assertEquals(List.of("201.5", "121.5", "101.5", "61.50"), texts(light.getAsJsonArray("descending")));
        assertEquals(2, light.get("filtered").getAsInt());
        assertEquals("rgb(255, 255, 255)", light.get("background").getAsString());
    }

    @Test
    void itIsDarkOnADarkSystemAndFitsANarrowWindow() throws Exception {
        Run run = Run.read(SampleRuns.write(folder, "run"));
        JsonObject dark = open(ReportPage.of(List.of(run), List.of()), DARK, 500);
        assertEquals(List.of(), texts(dark.getAsJsonArray("problems")));
        assertEquals("rgb(20, 23, 27)", dark.get("background").getAsString());
        assertEquals(6, dark.get("painted").getAsInt());
        assertTrue(!dark.get("overflow").getAsBoolean(), "only tables scroll sideways");
    }

    private JsonObject open(String page, int scheme, int width) throws Exception {
        Path file = folder.resolve("report.html");
        Files.writeString(file, page.replace("<style>", RECORDER + "<style>").replace("</body>", PERSON + "</body>"));
        Path out = folder.resolve("out.html");
        Process process = new ProcessBuilder(
                        browser,
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--window-size=" + width + ",1000",
                        "--blink-settings=preferredColorScheme=" + scheme,
                        "--virtual-time-budget=10000",
                        "--dump-dom",
                        file.toUri().toString())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the browser hangs");
        } finally {
            process.destroyForcibly().waitFor();
        }
        return result(Files.readString(out, StandardCharsets.UTF_8));
    }

    private static JsonObject result(String page) throws IOException {
        Matcher result = RESULT.matcher(page);
        assertTrue(result.find(), "the page's scripts have not come to their end");
        return JsonParser.parseString(result.group(1)
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&amp;", "&"))
                .getAsJsonObject();
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.getAsString()));
        return texts;
    }
}
