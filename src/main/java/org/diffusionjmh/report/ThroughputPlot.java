package org.diffusionjmh.report;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Time against step count, with the line through it, drawn. */
public final class ThroughputPlot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 600;
    private static final Color POINTS = new Color(0x1F, 0x77, 0xB4);
    private static final Color LINE = new Color(0xD6, 0x27, 0x28);

    private final XYChart chart;

    /**
     * @param title what was measured
     * @param points steps and seconds
     * @param line the line through them
     */
    public ThroughputPlot(String title, List<LineFit.Point> points, LineFit line) {
        chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("denoising steps")
                .yAxisTitle("seconds, prompt to pixels")
                .build();
        double last = points.stream().mapToDouble(LineFit.Point::x).max().orElseThrow();
        String formula = String.format(Locale.ROOT, "%.4f s a step, %.3f s fixed", line.slope(), line.intercept());
        XYSeries fit = chart.addSeries(formula, new double[] {0, last}, new double[] {line.at(0), line.at(last)});
        fit.setMarker(SeriesMarkers.NONE);
        fit.setLineColor(LINE);
        XYSeries measured = chart.addSeries(
                "measured",
                points.stream().mapToDouble(LineFit.Point::x).toArray(),
                points.stream().mapToDouble(LineFit.Point::y).toArray());
        measured.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        measured.setMarker(SeriesMarkers.CIRCLE);
        measured.setMarkerColor(POINTS);
        chart.getStyler()
                .setLegendPosition(LegendPosition.InsideNW)
                .setChartBackgroundColor(Color.WHITE)
                .setChartTitleBoxVisible(false);
        chart.getStyler().setXAxisDecimalPattern("0.#").setYAxisDecimalPattern("0.####");
        chart.getStyler().setXAxisMin(0.0).setYAxisMin(Math.min(0.0, line.intercept()));
    }

    /** The files that {@link #write} makes. */
    public static List<Path> files(Path name) {
        List<Path> files = new ArrayList<>();
        for (String extension : List.of(".png", ".svg")) {
            files.add(name.resolveSibling(name.getFileName() + extension));
        }
        return files;
    }

    /**
     * Writes the plot as PNG and as SVG.
     *
     * @param name the files' name without extension
     * @throws IOException if they cannot be written, or if the JVM has no fonts to draw with
     */
    public void write(Path name) throws IOException {
        List<Path> files = files(name);
        try {
            Files.write(files.get(0), png());
            Files.writeString(files.get(1), svg(), StandardCharsets.UTF_8);
        } catch (LinkageError | InternalError e) { // a JDK without its fonts or their library
            throw new IOException(
                    "cannot draw " + name + ": this JDK cannot draw text (" + e.getMessage()
                            + "); install fontconfig and a font",
                    e);
        }
    }

    private byte[] png() throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        chart.paint(graphics, WIDTH, HEIGHT);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private String svg() throws IOException {
        try {
            SVGGraphics2D graphics = new SVGGraphics2D(DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument("http://www.w3.org/2000/svg", "svg", null));
            graphics.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
            chart.paint(graphics, WIDTH, HEIGHT);
            StringWriter text = new StringWriter();
            graphics.stream(text, true);
            return text.toString();
        } catch (ParserConfigurationException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
