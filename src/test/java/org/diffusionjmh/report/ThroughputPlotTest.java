package org.diffusionjmh.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.report.LineFit.Point;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class ThroughputPlotTest {
    @TempDir
    private Path folder;

    /** Both files are what their names say, and show every point: as a circle in the SVG, in its colour in the PNG. */
    @Test
    void drawsEveryPoint() throws Exception {
        List<Point> points = List.of(new Point(1, 1.1), new Point(5, 5.2), new Point(10, 9.9));
        Path name = folder.resolve("v1.5");
        new ThroughputPlot("test", points, LineFit.of(points)).write(name);
        assertEquals(List.of(folder.resolve("v1.5.png"), folder.resolve("v1.5.svg")), ThroughputPlot.files(name));

        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        DocumentBuilder parser = factory.newDocumentBuilder();
        Element svg = parser.parse(folder.resolve("v1.5.svg").toFile()).getDocumentElement();
        assertEquals("svg", svg.getTagName());
        int inLegend = 1;
        assertTrue(svg.getElementsByTagName("circle").getLength() >= points.size() + inLegend);
        assertTrue(hasColour(RgbImage.read(folder.resolve("v1.5.png")), 0x1F77B4));
    }

    private static boolean hasColour(RgbImage image, int rgb) throws IOException {
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                if ((image.get(y, x, 0) << 16 | image.get(y, x, 1) << 8 | image.get(y, x, 2)) == rgb) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void nothingIsLeftWhereItCannotWrite() throws IOException {
        List<Point> points = List.of(new Point(1, 1), new Point(2, 2));
        Path file = Files.createFile(folder.resolve("file"));
        ThroughputPlot plot = new ThroughputPlot("test", points, LineFit.of(points));
        assertThrows(IOException.class, () -> plot.write(file.resolve("a")));
    }
}
