package org.diffusionjmh.scheduler;

/**
 * How an ancestral step reaches the next noise level: {@code down^2 + up^2 = next^2}.
 *
 * @param down the noise level that the deterministic part goes to
 * @param up scale of the noise that is added
 */
record AncestralStep(double down, double up) {
    /** In float32 as in diffusers: down is the small difference of two squares, and its digits depend on the rounding. */
    static AncestralStep between(double sigma, double next) {
        float fromSquare = (float) sigma * (float) sigma;
        float toSquare = (float) next * (float) next;
        float up = (float) Math.sqrt(toSquare * (fromSquare - toSquare) / fromSquare);
        return new AncestralStep((float) Math.sqrt(toSquare - up * up), up);
    }
}
