package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
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
    public Conditioning encode(TextToImageRequest request, List<PromptRole> batch, NDManager owner, Warnings warnings) {
        try (NDManager scope = owner.newSubManager()) {
            Map<PromptRole, NDArray> encoded = new EnumMap<>(PromptRole.class);
            for (PromptRole role : EnumSet.copyOf(batch)) {
                NDArray prompts = textEncoder
                        .encode(texts(role, request), hidden(role, request), scope, warnings)
                        .singletonOrThrow();
                encoded.put(role, PromptBatch.repeated(prompts, request.numImagesPerPrompt()));
            }
            NDArray embeds =
                    PromptBatch.concatenated(batch.stream().map(encoded::get).toList());
            embeds.attach(owner);
            return new Conditioning(
                    embeds,
                    Optional.empty(),
                    Optional.empty(),
                    guidanceEmbedding.of(request, TensorMemory.type(embeds), owner, warnings),
                    Optional.empty());
        }
    }

    private static List<String> texts(PromptRole role, TextToImageRequest request) {
        return switch (role) {
            case PROMPT -> request.prompts();
            case NEGATIVE_PROMPT ->
                request.negativePrompts()
                        .orElseGet(() -> Collections.nCopies(request.prompts().size(), ""));
        };
    }

    /** As in diffusers, {@code clip_skip} does not count for negative prompts. */
    private static HiddenState hidden(PromptRole role, TextToImageRequest request) {
        return HiddenState.ofStableDiffusion(
                role == PromptRole.PROMPT ? request.clipSkip().orElse(0) : 0);
    }

    @Override
    public void close() {
        textEncoder.close();
    }
}
