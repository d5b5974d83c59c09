package org.diffusionjmh.cli.doctor;

import java.util.List;

/**
 * A part of the doctor's findings.
 *
 * @param title what it is about
 * @param lines the findings, in words
 */
record Section(String title, List<String> lines) {
    Section {
        lines = List.copyOf(lines);
    }

    @Override
    public String toString() {
        return title
                + System.lineSeparator()
                + String.join(
                        "",
                        lines.stream()
                                .map(line -> "  " + line + System.lineSeparator())
                                .toList());
    }
}
