package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.List;

/** What a reader should know of how findings were come to, each said once and numbered in the order of its first use. */
final class Footnotes {
    private static final String ITERATIONS =
            "iterations are compared, because there are too few forks for a test of their"
                    + " medians (want 4 a side). Iterations of a fork are not independent: if forks differ, p is too small;"
                    + " with one fork a side, how forks differ is not known at all";
    private static final String OVERLAP =
            "the iterations differ by p, but the forks of the two sides overlap, so it may be"
                    + " the forks that differ: no verdict; want 4 forks a side";
    private static final String SCORES =
            "from JMH's score and error, which take all iterations as independent; there is no samples file";
    private static final String TOO_FEW =
            "want at least 4 forks a side, or 4 iterations, in a samples file; or a score with an error, which JMH gives"
                    + " from 3 samples and only for means";
    private static final String DEGENERATE = "JMH's errors are 0 to all printed digits";

    private final List<String> notes = new ArrayList<>();

    /** The numbers of the notes on a finding, as {@code " (1, 2)"}; empty if there is none. */
    String marks(RowDiff row) {
        Finding finding = row.finding();
        List<String> marks = new ArrayList<>();
        switch (finding.basis()) {
            case FORKS -> {}
            case ITERATIONS -> {
                marks.add(number(ITERATIONS));
                if (finding.forksOverlap() && finding.pValue().orElse(1) <= Finding.ALPHA) {
                    marks.add(number(OVERLAP));
                }
            }
            case SCORES -> {
                marks.add(number(SCORES));
                if (finding.pValue().orElse(1) == 0) {
                    marks.add(number(DEGENERATE));
                }
            }
            case NONE -> marks.add(number(TOO_FEW));
        }
        return marks.isEmpty() ? "" : " (" + String.join(", ", marks) + ")";
    }

    /** Adds a note that belongs to no row. */
    void add(String note) {
        notes.add(note);
    }

    List<String> notes() {
        return notes;
    }

    private String number(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
        return Integer.toString(notes.indexOf(note) + 1);
    }
}
