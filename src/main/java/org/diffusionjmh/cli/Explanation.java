package org.diffusionjmh.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.diffusionjmh.pass.PassReport;
import org.diffusionjmh.report.table.TextTable;

/** What a compiler did to the graphs of a pipeline. */
final class Explanation {
    private final Set<Rewrites> networks = new LinkedHashSet<>();

    /** A network's rewrites. Times are left out: graphs to which the same was done are told once. */
    private record Rewrites(String network, List<Row> rows) {
        @Override
        public String toString() {
            TextTable table = new TextTable(network, "matches", "nodes before", "nodes after");
            for (Row row : rows) {
                table.add(List.of(
                        row.rewrite(),
                        Integer.toString(row.matches()),
                        Integer.toString(row.nodesBefore()),
                        Integer.toString(row.nodesAfter())));
            }
            return table.toString();
        }
    }

    private record Row(String rewrite, int matches, int nodesBefore, int nodesAfter) {
        Row(PassReport report) {
            this(report.pass(), report.matches(), report.nodesBefore(), report.nodesAfter());
        }
    }

    /** Adds what was done to a graph. */
    void add(String network, List<PassReport> reports) {
        networks.add(new Rewrites(network, reports.stream().map(Row::new).toList()));
    }

    /** A table for each network, in the order in which they were compiled. */
    @Override
    public String toString() {
        if (networks.isEmpty()) {
            return "Nothing to explain: this compiler runs the graphs as they are.";
        }
        return String.join(
                System.lineSeparator(),
                networks.stream().map(Rewrites::toString).toList());
    }
}
