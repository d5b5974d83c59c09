package org.diffusionjmh.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EllipseImageTest {
    /** To the pixel what Pillow 12.3 draws: {@code ImageDraw.ellipse((11, 6, 33, 18), fill=white)} on 44 x 24 pixels. */
    @Test
    void looksAsPillowDrawsIt() {
        String ellipse = """
                ..................#########.................
                ...............###############..............
                ..............#################.............
                ............#####################...........
                ............#####################...........
                ...........#######################..........
                ...........#######################..........
                ...........#######################..........
                ............#####################...........
                ............#####################...........
                ..............#################.............
                ...............###############..............
                ..................#########.................
                """;
        List<String> drawn = rows(EllipseImage.of(24, 44));
        assertEquals(ellipse.lines().toList(), drawn.subList(6, 19));
        assertEquals(
                List.of(".".repeat(44)), drawn.subList(0, 6).stream().distinct().toList());
        assertEquals(
                List.of(".".repeat(44)),
                drawn.subList(19, 24).stream().distinct().toList());
    }

    private static List<String> rows(RgbImage image) {
        return IntStream.range(0, image.height())
                .mapToObj(y -> IntStream.range(0, image.width())
                        .mapToObj(x -> pixel(image, y, x))
                        .collect(Collectors.joining()))
                .toList();
    }

    private static String pixel(RgbImage image, int y, int x) {
        List<Integer> colour = List.of(image.get(y, x, 0), image.get(y, x, 1), image.get(y, x, 2));
        return colour.equals(List.of(0, 0, 0)) ? "." : colour.equals(List.of(255, 255, 255)) ? "#" : "?";
    }
}
