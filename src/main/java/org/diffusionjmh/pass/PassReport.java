package org.diffusionjmh.pass;

import java.util.Locale;

/**
 * What one pass did.
 *
 * @param pass the pass's id
 * @param matches how often it matched; 0 is worth knowing
 * @param nodesBefore nodes of the graph it was given
 * @param nodesAfter nodes of the graph it returned
 * @param milliseconds wall time
 */
public record PassReport(String pass, int matches, int nodesBefore, int nodesAfter, double milliseconds) {
    @Override
    public String toString() {
        return matches == 0
                ? pass + ": matched nothing"
                : String.format(
                        Locale.ROOT,
                        "%s: %d matches, %d -> %d nodes, %.1f ms",
                        pass,
                        matches,
                        nodesBefore,
                        nodesAfter,
                        milliseconds);
    }
}
