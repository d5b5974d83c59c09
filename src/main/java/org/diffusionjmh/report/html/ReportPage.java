package org.diffusionjmh.report.html;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusionjmh.report.result.Run;

/** The page. */
public final class ReportPage {
    private static final String LIBRARY = "/META-INF/resources/webjars/chart.js/4.4.9/dist/chart.umd.js";
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern SOURCE_MAP = Pattern.compile("//# sourceMappingURL=\\S*");

    private final ChartSheet charts = new ChartSheet();
    private final Element navigation = Element.of("nav");
    private final List<Element> sections = new ArrayList<>();

    private ReportPage() {}

    /**
     * The report of runs, and of the history of others.
     *
     * @param runs to be shown in full
     * @param history to be shown over time
     * @return HTML that needs nothing from anywhere else
     */
    public static String of(List<Run> runs, List<Run> history) {
        return new ReportPage().page(runs, history);
    }

    private String page(List<Run> runs, List<Run> history) {
        List<ReportRun> shown = new ArrayList<>();
        for (Run run : runs) {
            shown.add(ReportRun.of(runs.size() == 1 ? "" : label(shown.size()), run));
        }
        if (!shown.isEmpty()) {
            addSections(shown);
        }
        if (!history.isEmpty()) {
            add("History", Optional.of(HistorySection.of(history, charts)));
        }
        Element main = Element.of("main").addAll(sections);
        String body = HeaderSection.of(shown, history) + navigation.toString() + main;
        return fill(
                resource("/report/page.html"),
                Map.of(
                        "style", resource("/report/report.css"),
                        "body", body,
                        "charts", charts.json(),
                        "library", SOURCE_MAP.matcher(resource(LIBRARY)).replaceAll(""),
                        "script", resource("/report/report.js")));
    }

    private void addSections(List<ReportRun> runs) {
        add("Results", Optional.of(ResultsSection.results(runs)));
        addCharts("Latency", FigureCharts.latency(runs));
        add("Compilers", ResultsSection.speedups(runs, charts));
        addCharts("Throughput", FigureCharts.throughput(runs));
        addCharts("Memory", FigureCharts.memory(runs));
        addCharts("Warm-up", WarmUpCharts.of(runs));
        add("Pictures", PicturesSection.of(runs));
        add("Environment", EnvironmentSection.of(runs));
    }

    private void addCharts(String title, List<Chart> some) {
        if (!some.isEmpty()) {
            add(
                    title,
                    Optional.of(Element.of("section")
                            .with("id", id(title))
                            .add(Element.of("h2", title))
                            .add(charts.place(some))));
        }
    }

    private void add(String title, Optional<Element> section) {
        section.ifPresent(element -> {
            navigation.add(Element.of("a", title).with("href", "#" + id(title)));
            sections.add(element);
        });
    }

    private static String id(String title) {
        return title.toLowerCase(Locale.ROOT);
    }

    /** A to Z, and on with A1. */
    private static String label(int number) {
        String letter = Character.toString('A' + number % 26);
        return number < 26 ? letter : letter + number / 26;
    }

    private static String fill(String template, Map<String, String> values) {
        return PLACE.matcher(template).replaceAll(place -> Matcher.quoteReplacement(values.get(place.group(1))));
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is in the jar
        }
    }
}
