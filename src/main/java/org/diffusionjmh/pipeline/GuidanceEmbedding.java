package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import java.util.OptionalInt;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * The guidance scale as an input of models that were distilled with one, such as latent consistency models (Luo et al. 2023): sinusoids
 * of {@code 1000 (scale - 1)}.
 *
 * @param dimension its width; empty for models without
 */
record GuidanceEmbedding(OptionalInt dimension) {
    /**
     * The embedding [images, dimension] for a request, if the model takes one.
     *
     * @param warnings told of negative prompts, which such a model ignores
     */
    Optional<NDArray> of(TextToImageRequest request, ScalarType dtype, NDManager owner, Warnings warnings) {
        if (dimension.isEmpty()) {
            return Optional.empty();
        }
        if (request.negativePrompts().isPresent()) {
            warnings.warn("the negative prompt is ignored: the model was distilled with guidance, and makes one"
                    + " prediction, for the prompt");
        }
        int width = dimension.getAsInt();
        float[] row = sinusoids((float) (request.guidanceScale() - 1) * 1000, width);
        try (NDManager scope = owner.newSubManager()) {
            NDArray single = scope.create(row, new Shape(1, width));
            return Optional.of(TensorMemory.copy(PromptBatch.tiled(single, request.images()), dtype, owner));
        }
    }

    /** Sines, then cosines; an odd width ends with a zero. Angles of thousands are rounded as diffusers rounds them, to float32. */
    private static float[] sinusoids(float value, int width) {
        int half = width / 2;
        float exponent = (float) Math.log(10000) / (half - 1);
        float[] row = new float[width];
        for (int i = 0; i < half; i++) {
            float angle = value * (float) Math.exp(i * -exponent);
            row[i] = (float) Math.sin(angle);
            row[half + i] = (float) Math.cos(angle);
        }
        return row;
    }
}
