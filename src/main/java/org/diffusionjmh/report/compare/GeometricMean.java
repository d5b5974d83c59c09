package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Geometric mean of the changes of several scores.
 *
 * @param model the class they are of; empty: of all classes
 * @param count how many scores
 * @param ratio new / old of the scores, or of times if there are both times and rates among them
 */
public record GeometricMean(String model, int count, double ratio) {
    /** By class, in the order of the rows, and of all of them if there are several classes. */
    static List<GeometricMean> of(List<RowDiff> rows) {
        Map<String, List<RowDiff>> models = new LinkedHashMap<>();
        List<RowDiff> all = new ArrayList<>();
        for (RowDiff row : rows) {
            if (row.key().isScore() && row.ratio() > 0 && Double.isFinite(row.ratio())) {
                models.computeIfAbsent(row.key().model(), model -> new ArrayList<>())
                        .add(row);
                all.add(row);
            }
        }
        List<GeometricMean> means = new ArrayList<>();
        models.forEach((model, ofModel) -> means.add(of(model, ofModel)));
        if (models.size() > 1) {
            means.add(of("", all));
        }
        return means;
    }

    private static GeometricMean of(String model, List<RowDiff> rows) {
        boolean alike = rows.stream().map(RowDiff::direction).distinct().count() == 1;
        double logarithm = rows.stream()
                .mapToDouble(row -> Math.log(alike ? row.ratio() : row.timeRatio()))
                .average()
                .orElseThrow();
        return new GeometricMean(model, rows.size(), Math.exp(logarithm));
    }
}
