package org.diffusionjmh.report.result;

import java.nio.file.Path;

/**
 * A picture that a benchmark kept, compared with the one of the compiler {@code none}.
 *
 * @param benchmark qualified name of class and method
 * @param parameters the benchmark's, as {@link Parameters#toString} writes them
 * @param file the picture
 * @param psnr in dB; infinite for equal pictures, NaN where there was nothing to compare with
 * @param ssim at most 1; NaN where there was nothing to compare with
 * @param maxDifference largest difference of two values, 0 to 255; NaN where there was nothing to compare with
 */
public record Picture(String benchmark, String parameters, Path file, double psnr, double ssim, double maxDifference) {}
