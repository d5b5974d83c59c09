package org.diffusionjmh.pipeline;

import org.diffusionjmh.image.RgbImage;

/**
 * What one ControlNet is shown, and how much it says. Names and defaults are those of diffusers' pipelines.
 *
 * @param image the control picture; resized to the height and width of the result
 * @param conditioningScale what the ControlNet's residuals are multiplied with
 * @param guidanceStart fraction of the steps after which it begins, from 0
 * @param guidanceEnd fraction of the steps after which it ends, up to 1
 */
public record ControlImage(RgbImage image, double conditioningScale, double guidanceStart, double guidanceEnd) {
    /**
     * @throws IllegalArgumentException if the scale is not a number or infinite, or the fractions are none or not in order
     */
    public ControlImage {
        if (!Double.isFinite(conditioningScale)) {
            throw new IllegalArgumentException(
                    "controlnet_conditioning_scale is " + conditioningScale + ", want a finite number");
        }
        if (!(guidanceStart >= 0 && guidanceStart < guidanceEnd && guidanceEnd <= 1)) {
            throw new IllegalArgumentException("control_guidance_start is " + guidanceStart
                    + " and control_guidance_end " + guidanceEnd + ", want 0 <= start < end <= 1");
        }
    }

    /** A control picture with the pipeline's defaults: in every step, at scale 1. */
    public static ControlImage of(RgbImage image) {
        return new ControlImage(image, 1, 0, 1);
    }

    /**
     * The scale in a step: 0 where the step is not wholly between start and end.
     *
     * @param step index of the step
     * @param steps steps of the whole schedule
     */
    double scale(int step, int steps) {
        boolean before = (double) step / steps < guidanceStart;
        boolean after = (double) (step + 1) / steps > guidanceEnd;
        return before || after ? 0 : conditioningScale;
    }
}
