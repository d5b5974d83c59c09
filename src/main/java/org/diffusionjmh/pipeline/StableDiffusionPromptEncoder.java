package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.model.HiddenState;

/** Prompts of Stable Diffusion 1.x and 2.x: one text encoder, its last hidden state behind the final norm. */
final class StableDiffusionPromptEncoder implements PromptEncoder {
    private final ClipTextEncoder textEncoder;
    private final GuidanceEmbedding guidanceEmbedding;

    StableDiffusionPromptEncoder(ClipTextEncoder textEncoder, GuidanceEmbedding guidanceEmbedding) {
        this.textEncoder = textEncoder;
        this.guidanceEmbedding = guidanceEmbedding;
    }

    @Override
    public Conditioning encode(TextToImageRequest request, boolean guided, NDManager owner, Warnings warnings) {
        try (NDManager scope = owner.newSubManager()) {
            HiddenState hidden =
                    HiddenState.ofStableDiffusion(request.clipSkip().orElse(0));
            NDArray prompt = textEncoder
                    .encode(request.prompts(), hidden, scope, warnings)
                    .singletonOrThrow();
            NDArray embeds = PromptBatch.repeated(prompt, request.numImagesPerPrompt());
            if (guided) {
                List<String> negatives = request.negativePrompts()
                        .orElseGet(() -> Collections.nCopies(request.prompts().size(), ""));
                NDArray negative = textEncoder
                        .encode(negatives, HiddenState.ofStableDiffusion(0), scope, warnings)
                        .singletonOrThrow();
                embeds = PromptBatch.repeated(negative, request.numImagesPerPrompt())
                        .concat(embeds);
            }
            embeds.attach(owner);
            return new Conditioning(
                    embeds,
                    Optional.empty(),
                    Optional.empty(),
                    guidanceEmbedding.of(request, TensorMemory.type(embeds), owner));
        }
    }

    @Override
    public void close() {
        textEncoder.close();
    }
}
