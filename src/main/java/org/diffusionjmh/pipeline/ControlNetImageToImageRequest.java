package org.diffusionjmh.pipeline;

import java.util.List;
import java.util.OptionalDouble;
import org.diffusionjmh.image.RgbImage;

/**
 * What to make of a picture under the control of others. Names and defaults are those of diffusers' pipelines.
 *
 * @param control prompts, control pictures and everything else that a pipeline with ControlNets takes
 * @param image the picture to start from
 * @param strength how far the result may be from the picture, from 0 to 1: the part of the steps that is taken. Absent: 0.8. The windows
 *     of the ControlNets are parts of the steps that are taken
 */
public record ControlNetImageToImageRequest(ControlNetRequest control, RgbImage image, OptionalDouble strength) {
    /** diffusers' default strength, which is that of no other pipeline of SDXL. */
    private static final double DEFAULT_STRENGTH = 0.8;

    /** diffusers' default of {@code controlnet_conditioning_scale} for these pipelines. */
    public static final double DEFAULT_CONDITIONING_SCALE = 0.8;

    /**
     * @throws IllegalArgumentException if the strength is not from 0 to 1
     */
    public ControlNetImageToImageRequest {
        var unused = withoutControl(control, image, strength);
    }

    /** A request to a pipeline with one ControlNet, with the pipeline's defaults. */
    public static ControlNetImageToImageRequest of(TextToImageRequest text, RgbImage image, RgbImage control) {
        ControlImage shown = new ControlImage(control, DEFAULT_CONDITIONING_SCALE, 0, 1);
        return new ControlNetImageToImageRequest(
                new ControlNetRequest(text, List.of(shown), false), image, OptionalDouble.empty());
    }

    /** The same with a strength. */
    public ControlNetImageToImageRequest withStrength(double value) {
        return new ControlNetImageToImageRequest(control, image, OptionalDouble.of(value));
    }

    /** How the run starts. */
    ImageToImageRequest start() {
        return withoutControl(control, image, strength);
    }

    private static ImageToImageRequest withoutControl(
            ControlNetRequest control, RgbImage image, OptionalDouble strength) {
        return ImageToImageRequest.of(control.text(), image).withStrength(strength.orElse(DEFAULT_STRENGTH));
    }
}
