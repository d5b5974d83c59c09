package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diffusionjmh.report.result.Parameters;

/**
 * Names for rows that say what differs between them and nothing else.
 *
 * @param differing the parameters that do not have the same value in all rows
 */
record Names(List<String> differing) {
    private static final String COMPILER = "compiler";

    static Names of(Collection<Parameters> rows) {
        TreeSet<String> names = new TreeSet<>();
        rows.forEach(row -> names.addAll(row.values().keySet()));
        List<String> differing = new ArrayList<>();
        for (String name : names) {
            if (rows.stream().map(row -> row.get(name)).distinct().count() > 1) {
                differing.add(name);
            }
        }
        return new Names(List.copyOf(differing));
    }

    /** What a row's colour stands for: its compiler; empty if rows have none. */
    static String series(Parameters row) {
        return row.get(COMPILER);
    }

    /** A row's place among those of its colour. */
    String place(Parameters row) {
        Optional<String> only = only();
        return only.isPresent()
                ? row.get(only.get())
                : differing.stream()
                        .filter(name -> !name.equals(COMPILER))
                        .map(name -> name + "=" + row.get(name))
                        .collect(Collectors.joining(" "));
    }

    /** What the places are. */
    String placeTitle() {
        return only().orElse("");
    }

    /** The one parameter that places differ in, if it is one. */
    private Optional<String> only() {
        List<String> others =
                differing.stream().filter(name -> !name.equals(COMPILER)).toList();
        return others.size() == 1 ? Optional.of(others.get(0)) : Optional.empty();
    }
}
