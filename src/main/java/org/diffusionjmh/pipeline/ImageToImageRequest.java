package org.diffusionjmh.pipeline;

import java.util.OptionalDouble;
import org.diffusionjmh.image.RgbImage;

/**
 * What to make of a picture. Names and defaults are those of diffusers' pipelines.
 *
 * @param text prompts, steps and everything else that text-to-image has too; the picture is resized to its height and width
 * @param image the picture to start from
 * @param strength how much noise the picture gets, and with it how far the result may be from it, from 0 to 1: the part of the steps that
 *     is taken. Absent: 0.8 for Stable Diffusion, 0.3 for SDXL. InstructPix2Pix has none
 * @param imageGuidanceScale how much InstructPix2Pix's result resembles the picture; below 1, all guidance is off. Absent: 1.5. Other
 *     pipelines have none
 */
public record ImageToImageRequest(
        TextToImageRequest text, RgbImage image, OptionalDouble strength, OptionalDouble imageGuidanceScale) {
    /**
     * @throws IllegalArgumentException if the strength is not from 0 to 1, or a scale is not a number
     */
    public ImageToImageRequest {
        if (strength.isPresent() && !(strength.getAsDouble() >= 0 && strength.getAsDouble() <= 1)) {
            throw new IllegalArgumentException("strength is " + strength.getAsDouble() + ", want 0 to 1");
        }
        if (imageGuidanceScale.isPresent() && Double.isNaN(imageGuidanceScale.getAsDouble())) {
            throw new IllegalArgumentException("image_guidance_scale is not a number");
        }
    }

    /** A request with the pipeline's defaults. */
    public static ImageToImageRequest of(TextToImageRequest text, RgbImage image) {
        return new ImageToImageRequest(text, image, OptionalDouble.empty(), OptionalDouble.empty());
    }

    /** The same with a strength. */
    public ImageToImageRequest withStrength(double value) {
        return new ImageToImageRequest(text, image, OptionalDouble.of(value), imageGuidanceScale);
    }

    /** The same with a scale for the guidance by the picture. */
    public ImageToImageRequest withImageGuidanceScale(double scale) {
        return new ImageToImageRequest(text, image, strength, OptionalDouble.of(scale));
    }
}
