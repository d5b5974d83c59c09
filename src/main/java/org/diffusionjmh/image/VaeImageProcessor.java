package org.diffusionjmh.image;

import java.nio.FloatBuffer;

/**
 * Pictures to VAE inputs and VAE outputs to pictures, with the arithmetic of diffusers' {@code VaeImageProcessor}.
 *
 * @param vaeScaleFactor pixels to a latent, per side; inputs are resized to multiples of it
 * @param doNormalize whether models see values from -1 to 1 (VAEs) or from 0 to 1 (ControlNets)
 */
public record VaeImageProcessor(int vaeScaleFactor, boolean doNormalize) {
    /** @throws IllegalArgumentException if the factor is below 1 */
    public VaeImageProcessor {
        if (vaeScaleFactor < 1) {
            throw new IllegalArgumentException("vaeScaleFactor is " + vaeScaleFactor + ", want at least 1");
        }
    }

    /** A picture of the largest multiples of {@code vaeScaleFactor} that {@code height} and {@code width} hold, resized with Lanczos. */
    public RgbImage resize(RgbImage image, int height, int width) {
        return image.resize(multiple("height", height), multiple("width", width));
    }

    /** As for a picture without alpha, but what is transparent does not count in resizing; its alpha is then dropped. */
    public RgbImage resize(RgbaImage image, int height, int width) {
        return image.resize(multiple("height", height), multiple("width", width))
                .toRgb();
    }

    /** Model output to pixels: clipped to the range, then rounded half to even. */
    public RgbImage postprocess(FloatImage image) {
        int plane = image.height() * image.width();
        FloatBuffer values = image.values();
        byte[] pixels = new byte[plane * RgbImage.CHANNELS];
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
            for (int i = 0; i < plane; i++) {
                float value = values.get();
                float unit = Math.max(0, Math.min(1, doNormalize ? value * 0.5f + 0.5f : value));
                pixels[i * RgbImage.CHANNELS + channel] = (byte) (int) Math.rint(unit * 255);
            }
        }
        return RgbImage.owning(image.height(), image.width(), pixels);
    }

    private int multiple(String side, int length) {
        if (length < vaeScaleFactor) {
            throw new IllegalArgumentException(
                    side + " is " + length + ", want at least " + vaeScaleFactor + " pixels");
        }
        return length - length % vaeScaleFactor;
    }
}
