package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffusionjmh.report.result.Environment;
import org.diffusionjmh.report.result.Run;

/** What the page is of, and what to know before trusting it: marks, failures and warnings, before any figure. */
final class HeaderSection {
    /** What marks mean, by how they begin. */
    private static final Map<String, String> MEANINGS = Map.of(
            "synthetic weights", "the weights are made up: times hold, pictures show nothing",
            "mini scale", "a small model of the same shape: times are not those of the model",
            "cpu", "ran on the CPU",
            "busy", "others used the machine or the device",
            "throttled", "the device was slowed down, by heat or power",
            "fallback", "not what was asked for ran");

    private HeaderSection() {}

    static Element of(List<ReportRun> runs, List<Run> history) {
        Element header = Element.of("header").add(Element.of("h1", "Benchmark report"));
        runs.forEach(run -> header.add(run(run)));
        if (!history.isEmpty()) {
            header.add(Element.of("p", "History of " + history.size() + (history.size() == 1 ? " run" : " runs")));
        }
        List<String> warnings = Stream.concat(runs.stream().map(ReportRun::run), history.stream())
                .flatMap(run -> run.warnings().stream())
                .distinct()
                .toList();
        if (!warnings.isEmpty()) {
            header.add(list("Warnings", warnings));
        }
        List<String> failures = runs.stream().flatMap(HeaderSection::failures).toList();
        return failures.isEmpty() ? header : header.add(list("Failed", failures));
    }

    private static Element run(ReportRun run) {
        Element line = Element.of("p").with("class", "run");
        if (!run.label().isEmpty()) {
            line.add(Element.of("b", "Run " + run.label())).text(" ");
        }
        line.text(String.join(", ", description(run.run())));
        for (String mark : marks(run.run())) {
            line.text(" ").add(Element.of("mark", mark).with("title", meaning(mark)));
        }
        return line;
    }

    private static List<String> description(Run run) {
        List<String> parts = new ArrayList<>(List.of(run.name()));
        run.environment().ifPresent(environment -> {
            for (String path : List.of("machine", "cpu", "gpu.name", Environment.START)) {
                environment.fact(path).ifPresent(parts::add);
            }
            if (!environment.version().isEmpty()) {
                parts.add("commit " + environment.version());
            }
        });
        return parts;
    }

    private static List<String> marks(Run run) {
        return run.environment().map(Environment::marks).orElse(List.of());
    }

    private static String meaning(String mark) {
        return MEANINGS.entrySet().stream()
                .filter(entry -> mark.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(mark);
    }

    private static Stream<String> failures(ReportRun run) {
        String of = run.label().isEmpty() ? "" : "Run " + run.label() + ": ";
        return run.run().environment().stream()
                .flatMap(environment -> environment.failures().stream())
                .map(failure -> of + failure);
    }

    private static Element list(String title, List<String> texts) {
        Element list = Element.of("ul");
        texts.forEach(text -> list.add(Element.of("li", text)));
        return Element.of("div")
                .with("class", "warning")
                .add(Element.of("b", title))
                .add(list);
    }
}
