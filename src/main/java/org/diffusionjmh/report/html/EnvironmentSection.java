package org.diffusionjmh.report.html;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diffusionjmh.report.result.Environment;

/** Where and how the runs were measured: a row per fact, a column per run; what differs between runs stands out. */
final class EnvironmentSection {
    private EnvironmentSection() {}

    static Optional<Element> of(List<ReportRun> runs) {
        List<ReportRun> known =
                runs.stream().filter(run -> run.run().environment().isPresent()).toList();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        SortedSet<String> paths = known.stream()
                .flatMap(run -> environment(run).facts().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        Element head = Element.of("tr").add(Element.of("th", "").with("scope", "col"));
        known.forEach(run ->
                head.add(Element.of("th", run.label().isEmpty() ? run.run().name() : "Run " + run.label())
                        .with("scope", "col")));
        Element body = Element.of("tbody");
        paths.forEach(path -> body.add(row(path, known)));
        return Optional.of(Element.of("section")
                .with("id", "environment")
                .add(Element.of("h2", "Environment"))
                .add(Element.of("div")
                        .with("class", "table plain")
                        .add(Element.of("table")
                                .add(Element.of("thead").add(head))
                                .add(body))));
    }

    private static Element row(String path, List<ReportRun> runs) {
        List<String> values =
                runs.stream().map(run -> environment(run).fact(path).orElse("")).toList();
        Element row = Element.of("tr").add(Element.of("th", path).with("scope", "row"));
        if (values.stream().distinct().count() > 1) {
            row.with("class", "differs");
        }
        values.forEach(value -> row.add(Element.of("td", value)));
        return row;
    }

    private static Environment environment(ReportRun run) {
        return run.run().environment().orElseThrow();
    }
}
