package org.diffusionjmh.model;

/**
 * Which hidden state of a text encoder a pipeline takes.
 *
 * @param fromEnd 1 for what the last layer gives, 2 for the layer before it, and so on; the number of layers plus one for the embeddings
 * @param normalized whether the encoder's final layer norm is applied to it
 */
public record HiddenState(int fromEnd, boolean normalized) {
    /**
     * What Stable Diffusion 1.x and 2.x take.
     *
     * @param clipSkip number of last layers to leave out; 0 unless the user says otherwise
     */
    public static HiddenState ofStableDiffusion(int clipSkip) {
        return new HiddenState(clipSkip + 1, true);
    }

    /**
     * What Stable Diffusion XL takes of both its encoders: the last layer and the final norm never contribute.
     *
     * @param clipSkip number of further layers to leave out; 0 unless the user says otherwise, and for negative prompts
     */
    public static HiddenState ofStableDiffusionXl(int clipSkip) {
        return new HiddenState(clipSkip + 2, false);
    }
}
