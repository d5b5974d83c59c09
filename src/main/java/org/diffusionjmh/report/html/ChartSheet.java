package org.diffusionjmh.report.html;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import java.util.ArrayList;
import java.util.List;

/** The page's charts: a place for each in the page, and all their data for the script. */
final class ChartSheet {
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();
    private static final int MOST_CHARTS = 120;
    private static final int MOST_POINTS = 2000;

    private final List<Chart> charts = new ArrayList<>();

    /**
     * Places for charts beside each other; one that has nothing to draw is left out, one that has too much says so. What all captions
     * say is said once.
     */
    Element place(List<Chart> more) {
        List<Chart> drawn = more.stream().filter(chart -> chart.size() > 0).toList();
        List<String> captions = drawn.stream().map(Chart::caption).distinct().toList();
        boolean shared = captions.size() == 1 && !captions.get(0).isEmpty();
        Element grid = Element.of("div").with("class", "charts");
        drawn.forEach(chart -> grid.add(place(chart, shared ? "" : chart.caption())));
        Element placed = Element.of("div");
        if (shared) {
            placed.add(Element.of("p", captions.get(0)).with("class", "note"));
        }
        return placed.add(grid);
    }

    private Element place(Chart chart, String caption) {
        Element figure = Element.of("figure").add(Element.of("h3", chart.title()));
        if (chart.size() > MOST_POINTS || charts.size() >= MOST_CHARTS) {
            return figure.add(
                    Element.of("p", "Too much to draw; the tables have it all.").with("class", "note"));
        }
        charts.add(chart);
        figure.add(Element.of("div")
                .with("class", "plot")
                .add(Element.of("canvas")
                        .with("data-chart", Integer.toString(charts.size() - 1))
                        .with("role", "img")
                        .with(
                                "aria-label",
                                chart.title() + ", " + chart.y().title() + " by "
                                        + chart.x().title())));
        return caption.isEmpty() ? figure : figure.add(Element.of("figcaption", caption));
    }

    /** The data of all charts placed, as JSON that may stand in a script element. */
    String json() {
        JsonArray all = new JsonArray();
        charts.forEach(chart -> all.add(chart.json()));
        return GSON.toJson(all); // escapes < and >
    }
}
