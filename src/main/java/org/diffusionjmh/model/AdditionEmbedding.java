package org.diffusionjmh.model;

/**
 * SDXL's {@code addition_embed_type: text_time}.
 *
 * @param timeEmbedDim size of the sinusoidal embedding of each of the six size conditions
 * @param projectionInputDim size of pooled text and embedded sizes together
 */
public record AdditionEmbedding(long timeEmbedDim, long projectionInputDim) {
    /** Size of the pooled text embedding. */
    public long pooledDim() {
        return projectionInputDim - TimeConditioning.TIME_IDS * timeEmbedDim;
    }
}
