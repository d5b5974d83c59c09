package org.diffusionjmh.image;

import java.nio.FloatBuffer;

/** A picture as models take and give it: {@code [3, height, width]} float32, one plane a colour. Immutable. */
public final class FloatImage {
    private final int height;
    private final int width;
    private final float[] values;

    private FloatImage(int height, int width, float[] values) {
        Pixels.check(height, width, RgbImage.CHANNELS, values.length);
        this.height = height;
        this.width = width;
        this.values = values;
    }

    /**
     * Makes a picture of a copy of {@code values}.
     *
     * @throws IllegalArgumentException if there are not {@code 3 * height * width} of them
     */
    public static FloatImage of(int height, int width, float[] values) {
        return new FloatImage(height, width, values.clone());
    }

    static FloatImage owning(int height, int width, float[] values) {
        return new FloatImage(height, width, values);
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** The planes, read only, without a copy. */
    public FloatBuffer values() {
        return FloatBuffer.wrap(values).asReadOnlyBuffer();
    }

    public float get(int channel, int y, int x) {
        return values[(channel * height + y) * width + x];
    }

    /**
     * Scales the picture until it covers the new size (bilinear, as torch's {@code interpolate} without aligned corners), then cuts
     * the middle out: diffusers' {@code PixArtImageProcessor.resize_and_crop_tensor}.
     */
    public FloatImage resizeAndCrop(int newHeight, int newWidth) {
        if (newHeight == height && newWidth == width) {
            return this;
        }
        double ratio = Math.max((double) newHeight / height, (double) newWidth / width);
        int scaledHeight = (int) (height * ratio);
        int scaledWidth = (int) (width * ratio);
        int top = (scaledHeight - newHeight) / 2;
        int left = (scaledWidth - newWidth) / 2;
        float[] result = new float[RgbImage.CHANNELS * newHeight * newWidth];
        int at = 0;
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
            for (int y = 0; y < newHeight; y++) {
                float sourceY = source(y + top, height, scaledHeight);
                for (int x = 0; x < newWidth; x++) {
                    result[at++] = bilinear(channel, sourceY, source(x + left, width, scaledWidth));
                }
            }
        }
        return owning(newHeight, newWidth, result);
    }

    /** Where a target position's centre lies in the source, not before its first centre. */
    private static float source(int target, int sourceLength, int targetLength) {
        return Math.max((float) sourceLength / targetLength * (target + 0.5f) - 0.5f, 0);
    }

    private float bilinear(int channel, float y, float x) {
        int top = (int) y;
        int left = (int) x;
        int bottom = Math.min(top + 1, height - 1);
        int right = Math.min(left + 1, width - 1);
        float down = y - top;
        float across = x - left;
        return (1 - down) * ((1 - across) * get(channel, top, left) + across * get(channel, top, right))
                + down * ((1 - across) * get(channel, bottom, left) + across * get(channel, bottom, right));
    }
}
