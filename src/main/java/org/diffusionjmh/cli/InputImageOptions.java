package org.diffusionjmh.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.ControlNetImageToImageRequest;
import org.diffusionjmh.pipeline.ControlNetRequest;
import org.diffusionjmh.pipeline.ImageToImageRequest;
import org.diffusionjmh.pipeline.TextToImageRequest;
import picocli.CommandLine.Option;

/** The options about a picture to start from. */
final class InputImageOptions {
    @Option(
            names = "--input-image",
            paramLabel = "FILE",
            description =
                    "PNG, JPEG or WebP file to start from: edited by an InstructPix2Pix model, image to image otherwise.")
    private Optional<Path> inputImage;

    @Option(
            names = "--strength",
            paramLabel = "X",
            description = "How far image to image may go from the input image, 0 to 1: the part of the steps that is"
                    + " taken. Default: 0.3 for SDXL without a ControlNet, 0.8 otherwise")
    private Optional<Double> strength;

    @Option(
            names = "--image-guidance-scale",
            paramLabel = "X",
            description = "How much InstructPix2Pix's picture resembles the input image; below 1 switches guidance off."
                    + " Default: 1.5")
    private Optional<Double> imageGuidanceScale;

    /**
     * Reads the picture, if there is one.
     *
     * @throws IllegalArgumentException if there is none and other options are about it
     * @throws IOException if it cannot be read
     */
    Optional<RgbImage> read() throws IOException {
        if (inputImage.isPresent()) {
            return Optional.of(RgbImage.read(inputImage.get()));
        }
        if (strength.isPresent() || imageGuidanceScale.isPresent()) {
            throw new IllegalArgumentException((strength.isPresent() ? "--strength" : "--image-guidance-scale")
                    + " is about an input image; give one with --input-image");
        }
        return Optional.empty();
    }

    /**
     * What to make of the picture.
     *
     * @throws IllegalArgumentException if an option has no legal value
     */
    ImageToImageRequest request(TextToImageRequest text, RgbImage image) {
        return new ImageToImageRequest(text, image, number(strength), number(imageGuidanceScale));
    }

    /**
     * What to make of the picture under the control of others.
     *
     * @throws IllegalArgumentException if an option has no legal value, or is about InstructPix2Pix
     */
    ControlNetImageToImageRequest request(ControlNetRequest control, RgbImage image) {
        if (imageGuidanceScale.isPresent()) {
            throw new IllegalArgumentException(
                    "--image-guidance-scale is InstructPix2Pix's, and does not go with --controlnet");
        }
        return new ControlNetImageToImageRequest(control, image, number(strength));
    }

    private static OptionalDouble number(Optional<Double> option) {
        return option.map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }
}
