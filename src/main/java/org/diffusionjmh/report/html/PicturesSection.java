package org.diffusionjmh.report.html;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.report.compare.RowKey;
import org.diffusionjmh.report.compare.RowScore;
import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.result.Picture;
import org.diffusionjmh.report.table.Numbers;

/** The pictures of each benchmark side by side, by compiler, and where they differ from the one of {@code none}. */
final class PicturesSection {
    private static final String COMPILER = "compiler";
    private static final String BASELINE = "none";
    private static final int MOST_PICTURES = 60;

    private int shown;

    private PicturesSection() {}

    static Optional<Element> of(List<ReportRun> runs) {
        if (runs.stream().allMatch(run -> run.run().pictures().isEmpty())) {
            return Optional.empty();
        }
        Element section = Element.of("section")
                .with("id", "pictures")
                .add(Element.of("h2", "Pictures"))
                .add(Element.of(
                                "p",
                                "Large pictures are made smaller here; the figures are of the originals, against the picture of "
                                        + BASELINE + " of the same seed. Differences are shown times "
                                        + PictureData.GAIN + ".")
                        .with("class", "note"));
        PicturesSection pictures = new PicturesSection();
        runs.forEach(run -> section.addAll(pictures.groups(run)));
        return Optional.of(section);
    }

    /**
     * Pictures that should be alike.
     *
     * @param number of the picture among those of its row: its seed
     */
    private record Group(String benchmark, Parameters parameters, int number) {}

    private record Shown(String compiler, Picture picture) {}

    private List<Element> groups(ReportRun run) {
        Map<String, Parameters> rows = new HashMap<>();
        run.rows().values().stream()
                .map(RowScore::key)
                .map(RowKey::parameters)
                .forEach(parameters -> rows.put(parameters.toString(), parameters));
        Map<Group, List<Shown>> groups = new LinkedHashMap<>();
        Map<List<String>, Integer> numbers = new HashMap<>();
        for (Picture picture : run.run().pictures()) {
            Parameters parameters = rows.getOrDefault(picture.parameters(), Parameters.of(Map.of()));
            int number = numbers.merge(List.of(picture.benchmark(), picture.parameters()), 1, Integer::sum);
            Group group = new Group(picture.benchmark(), parameters.without(COMPILER), number);
            groups.computeIfAbsent(group, key -> new ArrayList<>()).add(new Shown(Names.series(parameters), picture));
        }
        Names names = Names.of(groups.keySet().stream().map(Group::parameters).toList());
        List<Element> elements = new ArrayList<>();
        groups.forEach((group, pictures) -> {
            elements.add(Element.of("h3", title(run, group, names)));
            elements.add(row(pictures));
        });
        return elements;
    }

    private static String title(ReportRun run, Group group, Names names) {
        String method = RowKey.simple(group.benchmark()
                        .substring(0, Math.max(0, group.benchmark().lastIndexOf('.'))))
                + group.benchmark().substring(Math.max(0, group.benchmark().lastIndexOf('.')));
        String place = names.place(group.parameters());
        return (run.label().isEmpty() ? "" : "Run " + run.label() + ": ")
                + method
                + (place.isEmpty() ? "" : ", " + names.placeTitle() + " " + place)
                + (group.number() > 1 ? ", picture " + group.number() : "");
    }

    private Element row(List<Shown> pictures) {
        Optional<RgbImage> baseline = pictures.stream()
                .filter(one -> one.compiler().equals(BASELINE))
                .findFirst()
                .flatMap(one -> read(one.picture()).picture());
        Element row = Element.of("div").with("class", "pictures");
        for (Shown one : pictures) {
            row.add(figure(one, baseline));
        }
        return row;
    }

    private Element figure(Shown one, Optional<RgbImage> baseline) {
        String name =
                one.compiler().isEmpty() ? one.picture().file().getFileName().toString() : one.compiler();
        Element caption = Element.of("figcaption").add(Element.of("b", name)).text(figures(one.picture()));
        Loaded loaded = read(one.picture());
        if (loaded.picture().isEmpty() || shown >= MOST_PICTURES) {
            String problem = loaded.picture().isEmpty() ? loaded.problem() : "Left out: too many pictures.";
            return Element.of("figure")
                    .add(Element.of("p", problem).with("class", "note"))
                    .add(caption);
        }
        RgbImage picture = loaded.picture().get();
        shown++;
        Element figure = Element.of("figure").add(image(picture, name)).add(caption);
        baseline.filter(other -> !one.compiler().equals(BASELINE)
                        && other.height() == picture.height()
                        && other.width() == picture.width())
                .ifPresent(other -> figure.add(image(
                                PictureData.difference(other, picture), "difference of " + name + " from " + BASELINE))
                        .add(Element.of("p", "difference times " + PictureData.GAIN)
                                .with("class", "note")));
        return figure;
    }

    private static Element image(RgbImage picture, String text) {
        return Element.of("img")
                .with("src", PictureData.address(picture))
                .with("alt", text)
                .with("title", text)
                .with("loading", "lazy");
    }

    private static String figures(Picture picture) {
        if (Double.isNaN(picture.ssim()) && Double.isNaN(picture.psnr())) {
            return "";
        }
        return " PSNR " + Numbers.text(picture.psnr()) + " dB, SSIM " + Numbers.text(picture.ssim())
                + ", largest difference " + Math.round(picture.maxDifference());
    }

    private record Loaded(Optional<RgbImage> picture, String problem) {}

    private static Loaded read(Picture picture) {
        try {
            return new Loaded(Optional.of(RgbImage.read(picture.file())), "");
        } catch (IOException e) {
            return new Loaded(Optional.empty(), "Cannot be shown: " + e.getMessage());
        }
    }
}
