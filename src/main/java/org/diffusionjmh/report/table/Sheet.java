package org.diffusionjmh.report.table;

import java.util.List;
import java.util.Map;

/**
 * Findings: what they are of, tables, and what the reader should know.
 *
 * @param title one line
 * @param facts what all rows have in common, text by name, in order
 * @param tables the first has the findings; further ones of the same columns go on with it
 * @param notes about the figures; the first is number 1
 * @param warnings what makes the findings doubtful
 */
public record Sheet(
        String title, Map<String, String> facts, List<Table> tables, List<String> notes, List<String> warnings) {
    /** Keeps copies of the lists. */
    public Sheet {
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
        warnings = List.copyOf(warnings);
    }
}
