package org.diffusionjmh.scheduler;

/**
 * How an ancestral step reaches the next noise level: {@code down^2 + up^2 = next^2}.
 *
 * @param down the noise level that the deterministic part goes to
 * @param up scale of the noise that is added
 */
record AncestralStep(double down, double up) {
    static AncestralStep between(double sigma, double next) {
        double up = Math.sqrt(next * next * (sigma * sigma - next * next) / (sigma * sigma));
        return new AncestralStep(Math.sqrt(next * next - up * up), up);
    }
}
