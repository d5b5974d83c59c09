package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * What a PixArt transformer is told beside the text, in its batch order.
 *
 * @param encoderAttentionMask INT64 [batch, tokens], 1 for tokens and 0 for padding
 * @param size what models are told that know the picture's size
 */
public record PixArtConditions(NDArray encoderAttentionMask, Optional<Size> size) {
    /**
     * The size of the pictures of a batch.
     *
     * @param resolution height and width in pixels [1, 2]
     * @param aspectRatio height over width [1, 1]
     */
    public record Size(NDArray resolution, NDArray aspectRatio) {}
}
