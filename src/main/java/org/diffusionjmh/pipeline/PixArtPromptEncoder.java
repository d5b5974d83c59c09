package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.tokenizer.CaptionCleaner;

/** Prompts of PixArt-alpha: T5's hidden states, where they are padding, and the picture's size. */
final class PixArtPromptEncoder implements PromptEncoder {
    private final T5TextEncoder textEncoder;
    private final boolean sizeConditions;

    /**
     * @param textEncoder closed with this
     * @param sizeConditions whether the denoiser is told the picture's size
     */
    PixArtPromptEncoder(T5TextEncoder textEncoder, boolean sizeConditions) {
        this.textEncoder = textEncoder;
        this.sizeConditions = sizeConditions;
    }

    /**
     * {@inheritDoc}
     *
     * @param request its size is the one to generate
     */
    @Override
    public Conditioning encode(TextToImageRequest request, List<PromptRole> batch, NDManager owner, Warnings warnings) {
        PixArtOptions options = request.pixArt().orElse(PixArtOptions.DEFAULT);
        try (NDManager scope = owner.newSubManager()) {
            Map<PromptRole, T5TextEncoder.Encoded> encoded = new EnumMap<>(PromptRole.class);
            for (PromptRole role : EnumSet.copyOf(batch)) {
                List<String> texts = texts(role, request).stream()
                        .map(text -> options.cleanCaption() ? CaptionCleaner.clean(text) : CaptionCleaner.lower(text))
                        .toList();
                encoded.put(role, textEncoder.encode(texts, options.maxSequenceLength(), scope, warnings));
            }
            NDArray embeds = rows(request, batch, encoded, T5TextEncoder.Encoded::hiddenStates);
            NDArray mask = rows(request, batch, encoded, T5TextEncoder.Encoded::attentionMask);
            embeds.attach(owner);
            mask.attach(owner);
            Optional<PixArtConditions.Size> size =
                    sizeConditions ? Optional.of(size(request, TensorMemory.type(embeds), owner)) : Optional.empty();
            return new Conditioning(embeds, new PixArtConditions(mask, size));
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

    private static NDArray rows(
            TextToImageRequest request,
            List<PromptRole> batch,
            Map<PromptRole, T5TextEncoder.Encoded> encoded,
            Function<T5TextEncoder.Encoded, NDArray> part) {
        return PromptBatch.concatenated(batch.stream()
                .map(role -> PromptBatch.repeated(part.apply(encoded.get(role)), request.numImagesPerPrompt()))
                .toList());
    }

    /** In the type of the text, as in diffusers: half precision rounds the ratio. */
    private static PixArtConditions.Size size(TextToImageRequest request, ScalarType dtype, NDManager owner) {
        float[] resolution = {request.height(), request.width()};
        float[] aspectRatio = {(float) ((double) request.height() / request.width())};
        return new PixArtConditions.Size(row(resolution, dtype, owner), row(aspectRatio, dtype, owner));
    }

    private static NDArray row(float[] values, ScalarType dtype, NDManager owner) {
        try (NDArray row = owner.create(values, new Shape(1, values.length))) {
            return TensorMemory.copy(row, dtype, owner);
        }
    }

    @Override
    public void close() {
        textEncoder.close();
    }
}
