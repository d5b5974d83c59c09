package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.model.HiddenState;

/**
 * Prompts of SDXL: two text encoders side by side, their penultimate hidden states, the pooled text of the second, and the size
 * conditions.
 */
final class StableDiffusionXLPromptEncoder implements PromptEncoder {
    private final ClipTextEncoder textEncoder;
    private final ClipTextEncoder textEncoder2;
    private final boolean forceZerosForEmptyPrompt;
    private final TimeIds timeIds;
    private final GuidanceEmbedding guidanceEmbedding;

    /** Hidden states [prompts, tokens, both widths] and pooled text [prompts, projection_dim]. */
    private record Encoded(NDArray hidden, NDArray pooled) {
        Encoded zeros() {
            return new Encoded(
                    TensorMemory.zerosLike(hidden, hidden.getManager()),
                    TensorMemory.zerosLike(pooled, pooled.getManager()));
        }

        Encoded repeated(int times) {
            return new Encoded(PromptBatch.repeated(hidden, times), PromptBatch.repeated(pooled, times));
        }

        static Encoded concatenated(List<Encoded> blocks) {
            return new Encoded(
                    PromptBatch.concatenated(
                            blocks.stream().map(Encoded::hidden).toList()),
                    PromptBatch.concatenated(
                            blocks.stream().map(Encoded::pooled).toList()));
        }
    }

    /**
     * @param textEncoder the first encoder
     * @param textEncoder2 the second encoder, which projects
     * @param forceZerosForEmptyPrompt whether an absent negative prompt is zeros, not the encoding of an empty text
     * @param timeIds how the pipeline lays out size conditions
     * @param guidanceEmbedding for models that take one
     */
    StableDiffusionXLPromptEncoder(
            ClipTextEncoder textEncoder,
            ClipTextEncoder textEncoder2,
            boolean forceZerosForEmptyPrompt,
            TimeIds timeIds,
            GuidanceEmbedding guidanceEmbedding) {
        this.textEncoder = textEncoder;
        this.textEncoder2 = textEncoder2;
        this.forceZerosForEmptyPrompt = forceZerosForEmptyPrompt;
        this.timeIds = timeIds;
        this.guidanceEmbedding = guidanceEmbedding;
    }

    @Override
    public Conditioning encode(TextToImageRequest request, List<PromptRole> batch, NDManager owner, Warnings warnings) {
        try (NDManager scope = owner.newSubManager()) {
            Map<PromptRole, Encoded> encoded = new EnumMap<>(PromptRole.class);
            Encoded prompt = prompt(request, scope, warnings);
            encoded.put(PromptRole.PROMPT, prompt.repeated(request.numImagesPerPrompt()));
            if (batch.contains(PromptRole.NEGATIVE_PROMPT)) {
                encoded.put(
                        PromptRole.NEGATIVE_PROMPT,
                        negative(request, prompt, scope, warnings).repeated(request.numImagesPerPrompt()));
            }
            Encoded rows = Encoded.concatenated(batch.stream().map(encoded::get).toList());
            NDArray ids = timeIds.of(request, batch, scope);
            rows.hidden.attach(owner);
            rows.pooled.attach(owner);
            ids.attach(owner);
            return new Conditioning(
                            rows.hidden,
                            Optional.of(rows.pooled),
                            Optional.of(ids),
                            guidanceEmbedding.of(request, TensorMemory.type(rows.hidden), owner, warnings),
                            Optional.empty())
                    .withZeroText(zeroText(request, batch));
        }
    }

    private Encoded prompt(TextToImageRequest request, NDManager scope, Warnings warnings) {
        return encode(
                request.prompts(),
                request.prompts2().orElse(request.prompts()),
                request.clipSkip().orElse(0),
                scope,
                warnings);
    }

    private Encoded negative(TextToImageRequest request, Encoded prompt, NDManager scope, Warnings warnings) {
        if (isNegativeZero(request)) {
            return prompt.zeros();
        }
        List<String> texts = request.negativePrompts()
                .orElseGet(() -> Collections.nCopies(request.prompts().size(), ""));
        return encode(texts, request.negativePrompts2().orElse(texts), 0, scope, warnings);
    }

    private boolean isNegativeZero(TextToImageRequest request) {
        return request.negativePrompts().isEmpty() && forceZerosForEmptyPrompt;
    }

    private List<Integer> zeroText(TextToImageRequest request, List<PromptRole> batch) {
        return IntStream.range(0, batch.size())
                .filter(i -> batch.get(i) == PromptRole.NEGATIVE_PROMPT && isNegativeZero(request))
                .boxed()
                .toList();
    }

    private Encoded encode(List<String> texts, List<String> texts2, int clipSkip, NDManager scope, Warnings warnings) {
        HiddenState hidden = HiddenState.ofStableDiffusionXl(clipSkip);
        NDArray first = textEncoder.encode(texts, hidden, scope, warnings).singletonOrThrow();
        NDList second = textEncoder2.encode(texts2, hidden, scope, warnings);
        return new Encoded(first.concat(second.get(0), -1), second.get(1));
    }

    @Override
    public void close() {
        textEncoder.close();
        textEncoder2.close();
    }
}
