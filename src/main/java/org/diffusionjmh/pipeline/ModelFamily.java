package org.diffusionjmh.pipeline;

/** Models whose networks are put together in the same way. */
enum ModelFamily {
    /** Stable Diffusion 1.x and 2.x: one text encoder. */
    STABLE_DIFFUSION(0.8),
    /** Latent consistency models of Stable Diffusion 1.x: one text encoder, no negative prompt, the scheduler of their kind. */
    LATENT_CONSISTENCY(0.8),
    /** SDXL: two text encoders and size conditions. */
    STABLE_DIFFUSION_XL(0.3);

    private final double defaultStrength;

    ModelFamily(double defaultStrength) {
        this.defaultStrength = defaultStrength;
    }

    /** diffusers' default strength of image-to-image. */
    double defaultStrength() {
        return defaultStrength;
    }
}
