package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.report.result.Parameters;

/** Makes charts that have a colour for each compiler, and a place for each combination of the other parameters. */
final class GroupedChart {
    /**
     * A value.
     *
     * @param series name of its colour
     * @param parameters where it stands
     * @param error half of its interval; NaN if there is none
     * @param text what else to say of it
     */
    record Entry(String series, Parameters parameters, double value, double error, String text) {}

    private GroupedChart() {}

    static Chart of(String title, String caption, Chart.Kind kind, String valueTitle, List<Entry> entries) {
        Names names = Names.of(entries.stream().map(Entry::parameters).toList());
        List<String> places = entries.stream()
                .map(entry -> names.place(entry.parameters()))
                .distinct()
                .sorted(GroupedChart::compare)
                .toList();
        Map<String, Integer> numbers = new HashMap<>();
        places.forEach(place -> numbers.put(place, numbers.size()));
        Map<String, List<Chart.Point>> series = new LinkedHashMap<>();
        for (Entry entry : entries) {
            int place = numbers.get(names.place(entry.parameters()));
            series.computeIfAbsent(entry.series(), name -> new ArrayList<>())
                    .add(Chart.Point.of(place, entry.value(), entry.error(), entry.text()));
        }
        List<Chart.Series> all = new ArrayList<>();
        series.forEach((name, points) -> {
            points.sort(Comparator.comparingDouble(Chart.Point::x));
            all.add(new Chart.Series(name, points));
        });
        return new Chart(
                title,
                caption,
                kind,
                Chart.Axis.of(names.placeTitle(), places),
                Chart.Axis.of(valueTitle, Chart.Scale.LINEAR),
                all);
    }

    /** Numbers by their value, other texts as they come. */
    private static int compare(String first, String second) {
        try {
            return Double.compare(Double.parseDouble(first), Double.parseDouble(second));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
