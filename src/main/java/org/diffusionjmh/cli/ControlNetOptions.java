package org.diffusionjmh.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.image.EllipseImage;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.ControlImage;
import org.diffusionjmh.pipeline.ControlNetImageToImageRequest;
import org.diffusionjmh.pipeline.ControlNetRequest;
import org.diffusionjmh.pipeline.TextToImageRequest;
import picocli.CommandLine.Option;

/** The options about ControlNets. Those of single ControlNets are given as often as {@code --controlnet}, in the same order. */
final class ControlNetOptions {
    @Option(
            names = "--controlnet",
            paramLabel = "ID|DIR",
            description =
                    "A ControlNet's folder, or hub id in the local Hugging Face cache; a built-in one with made-up"
                            + " weights if there is none. Several may be given, each followed by its own options.")
    private List<String> models = List.of();

    @Option(
            names = "--control-image",
            paramLabel = "FILE",
            description = "PNG, JPEG or WebP file that the ControlNet is shown. Default: a white ellipse on black")
    private List<Path> images = List.of();

    @Option(
            names = "--controlnet-conditioning-scale",
            paramLabel = "X",
            description = "How much the ControlNet says. Default: 1, with an input image 0.8")
    private List<Double> scales = List.of();

    @Option(
            names = "--control-guidance-start",
            paramLabel = "X",
            description = "Part of the steps after which the ControlNet begins, 0 to 1. Default: 0")
    private List<Double> starts = List.of();

    @Option(
            names = "--control-guidance-end",
            paramLabel = "X",
            description = "Part of the steps after which the ControlNet ends, 0 to 1. Default: 1")
    private List<Double> ends = List.of();

    @Option(
            names = "--guess-mode",
            description = "Runs ControlNets without the negative prompt and less in the upper layers, so that they tell"
                    + " something without a prompt.")
    private boolean guessMode;

    /** The ControlNets; empty if there are none. */
    List<String> models() {
        return models;
    }

    /**
     * Reads the control pictures.
     *
     * @throws IllegalArgumentException if options and ControlNets do not pair up
     * @throws IOException if a picture cannot be read
     */
    List<RgbImage> read() throws IOException {
        pairsUp("--control-image", images);
        pairsUp("--controlnet-conditioning-scale", scales);
        pairsUp("--control-guidance-start", starts);
        pairsUp("--control-guidance-end", ends);
        if (guessMode && models.isEmpty()) {
            throw new IllegalArgumentException("--guess-mode is about a ControlNet; give one with --controlnet");
        }
        List<RgbImage> pictures = new ArrayList<>();
        for (Path image : images) {
            pictures.add(RgbImage.read(image));
        }
        return pictures;
    }

    private void pairsUp(String option, List<?> values) {
        if (!values.isEmpty() && models.isEmpty()) {
            throw new IllegalArgumentException(option + " is about a ControlNet; give one with --controlnet");
        }
        if (!values.isEmpty() && values.size() != models.size()) {
            throw new IllegalArgumentException(option + " is given " + values.size() + " times and --controlnet "
                    + models.size() + " times; give it once for each ControlNet, or not at all");
        }
    }

    /**
     * What to generate.
     *
     * @param pictures what {@link #read} gave
     * @throws IllegalArgumentException if an option has no legal value
     */
    ControlNetRequest request(TextToImageRequest text, List<RgbImage> pictures) {
        return request(text, pictures, 1);
    }

    /** The same for a run that starts from a picture. */
    ControlNetRequest startedRequest(TextToImageRequest text, List<RgbImage> pictures) {
        return request(text, pictures, ControlNetImageToImageRequest.DEFAULT_CONDITIONING_SCALE);
    }

    private ControlNetRequest request(TextToImageRequest text, List<RgbImage> pictures, double defaultScale) {
        List<ControlImage> controls = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            RgbImage picture = pictures.isEmpty() ? EllipseImage.of(text.height(), text.width()) : pictures.get(i);
            controls.add(new ControlImage(
                    picture, number(scales, i, defaultScale), number(starts, i, 0), number(ends, i, 1)));
        }
        return new ControlNetRequest(text, controls, guessMode);
    }

    private static double number(List<Double> values, int index, double otherwise) {
        return values.isEmpty() ? otherwise : values.get(index);
    }
}
