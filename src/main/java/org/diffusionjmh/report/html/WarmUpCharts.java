package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.diffusionjmh.report.compare.RowScore;
import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.result.Phase;
import org.diffusionjmh.report.result.Sample;
import org.diffusionjmh.report.table.Numbers;

/** How long each iteration took, from the first warm-up on: one chart per benchmark and resolution, a line per compiler. */
final class WarmUpCharts {
    private static final String CAPTION =
            "w: warm-up iterations, the first of which compiles. Points: medians of the forks;"
                    + " lines up and down: their smallest and largest. The axis is logarithmic.";
    private static final String COMPILER = "compiler";

    private WarmUpCharts() {}

    static List<Chart> of(List<ReportRun> runs) {
        Map<Group, Map<String, Curve>> groups = new LinkedHashMap<>();
        for (ReportRun run : runs) {
            Map<List<String>, List<Sample>> samples = new HashMap<>();
            for (Sample sample : run.run().samples()) {
                samples.computeIfAbsent(
                                List.of(sample.benchmark(), sample.parameters(), sample.metric()),
                                key -> new ArrayList<>())
                        .add(sample);
            }
            for (RowScore score : run.scores()) {
                Parameters parameters = score.key().parameters();
                List<Sample> ofRow = samples.getOrDefault(
                        List.of(
                                score.key().benchmark(),
                                parameters.toString(),
                                score.key().metric()),
                        List.of());
                if (!ofRow.isEmpty()) {
                    groups.computeIfAbsent(
                                    new Group(score.key().shortName(), parameters.without(COMPILER)),
                                    group -> new LinkedHashMap<>())
                            .put(run.series(Names.series(parameters)), Curve.of(ofRow));
                }
            }
        }
        Names names = Names.of(groups.keySet().stream().map(Group::parameters).toList());
        List<Chart> charts = new ArrayList<>();
        groups.forEach((group, curves) -> charts.add(chart(group.title(names), curves)));
        return charts;
    }

    private record Group(String benchmark, Parameters parameters) {
        String title(Names names) {
            String place = names.place(parameters);
            return place.isEmpty() ? benchmark : benchmark + ", " + names.placeTitle() + " " + place;
        }
    }

    /** The values of each iteration by all forks, warm-ups and measured ones by their number. */
    private record Curve(
            SortedMap<Integer, List<Double>> warmups, SortedMap<Integer, List<Double>> measured, String unit) {
        static Curve of(List<Sample> samples) {
            Curve curve =
                    new Curve(new TreeMap<>(), new TreeMap<>(), samples.get(0).unit());
            samples.stream()
                    .filter(sample -> sample.unit().equals(curve.unit) && Double.isFinite(sample.value()))
                    .forEach(sample -> (sample.phase() == Phase.WARMUP ? curve.warmups : curve.measured)
                            .computeIfAbsent(sample.iteration(), iteration -> new ArrayList<>())
                            .add(sample.value()));
            return curve;
        }
    }

    private static Chart chart(String title, Map<String, Curve> curves) {
        SortedMap<Integer, Integer> warmups =
                places(curves.values().stream().map(Curve::warmups).toList(), 0);
        SortedMap<Integer, Integer> measured =
                places(curves.values().stream().map(Curve::measured).toList(), warmups.size());
        List<String> labels = new ArrayList<>();
        warmups.keySet().forEach(iteration -> labels.add("w" + iteration));
        measured.keySet().forEach(iteration -> labels.add(iteration.toString()));
        String unit = curves.values().iterator().next().unit();
        List<Chart.Series> series = new ArrayList<>();
        curves.forEach((name, curve) -> {
            List<Chart.Point> points = new ArrayList<>();
            curve.warmups().forEach((iteration, values) -> points.add(point(warmups.get(iteration), values, unit)));
            curve.measured().forEach((iteration, values) -> points.add(point(measured.get(iteration), values, unit)));
            series.add(new Chart.Series(name, points));
        });
        return new Chart(
                title,
                CAPTION,
                Chart.Kind.LINE,
                Chart.Axis.of("iteration", labels),
                Chart.Axis.of(unit, Chart.Scale.LOGARITHMIC),
                series);
    }

    private static SortedMap<Integer, Integer> places(List<SortedMap<Integer, List<Double>>> curves, int start) {
        SortedMap<Integer, Integer> places = new TreeMap<>();
        curves.forEach(curve -> curve.keySet().forEach(iteration -> places.put(iteration, 0)));
        int place = start;
        for (Map.Entry<Integer, Integer> entry : places.entrySet()) {
            entry.setValue(place++);
        }
        return places;
    }

    private static Chart.Point point(int place, List<Double> values, String unit) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        boolean several = sorted.size() > 1;
        return new Chart.Point(
                place,
                median,
                several ? sorted.get(0) : Double.NaN,
                several ? sorted.get(sorted.size() - 1) : Double.NaN,
                Numbers.text(median) + " " + unit + (several ? ", " + sorted.size() + " forks" : ""));
    }
}
