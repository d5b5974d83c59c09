package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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
    private final GuidanceEmbedding guidanceEmbedding;

    /** Hidden states [prompts, tokens, both widths] and pooled text [prompts, projection_dim]. */
    private record Encoded(NDArray hidden, NDArray pooled) {
        Encoded zeros() {
            return new Encoded(zerosLike(hidden), zerosLike(pooled));
        }

        private static NDArray zerosLike(NDArray x) {
            try (NDArray zeros = x.getManager().zeros(x.getShape())) {
                return TensorMemory.copy(zeros, TensorMemory.type(x), x.getManager());
            }
        }

        Encoded repeated(int times) {
            return new Encoded(PromptBatch.repeated(hidden, times), PromptBatch.repeated(pooled, times));
        }

        Encoded concat(Encoded other) {
            return new Encoded(hidden.concat(other.hidden), pooled.concat(other.pooled));
        }
    }

    /**
     * @param textEncoder the first encoder
     * @param textEncoder2 the second encoder, which projects
     * @param forceZerosForEmptyPrompt whether an absent negative prompt is zeros, not the encoding of an empty text
     */
    StableDiffusionXLPromptEncoder(
            ClipTextEncoder textEncoder,
            ClipTextEncoder textEncoder2,
            boolean forceZerosForEmptyPrompt,
            GuidanceEmbedding guidanceEmbedding) {
        this.textEncoder = textEncoder;
        this.textEncoder2 = textEncoder2;
        this.forceZerosForEmptyPrompt = forceZerosForEmptyPrompt;
        this.guidanceEmbedding = guidanceEmbedding;
    }

    @Override
    public Conditioning encode(TextToImageRequest request, boolean guided, NDManager owner, Warnings warnings) {
        try (NDManager scope = owner.newSubManager()) {
            Encoded prompt = encode(
                    request.prompts(),
                    request.prompts2().orElse(request.prompts()),
                    request.clipSkip().orElse(0),
                    scope,
                    warnings);
            Encoded rows = prompt.repeated(request.numImagesPerPrompt());
            if (guided) {
                rows = negative(request, prompt, scope, warnings)
                        .repeated(request.numImagesPerPrompt())
                        .concat(rows);
            }
            NDArray timeIds = timeIds(request, guided, scope);
            rows.hidden.attach(owner);
            rows.pooled.attach(owner);
            timeIds.attach(owner);
            return new Conditioning(
                    rows.hidden,
                    Optional.of(rows.pooled),
                    Optional.of(timeIds),
                    guidanceEmbedding.of(request, TensorMemory.type(rows.hidden), owner));
        }
    }

    private Encoded negative(TextToImageRequest request, Encoded prompt, NDManager scope, Warnings warnings) {
        if (request.negativePrompts().isEmpty() && forceZerosForEmptyPrompt) {
            return prompt.zeros();
        }
        List<String> texts = request.negativePrompts()
                .orElseGet(() -> Collections.nCopies(request.prompts().size(), ""));
        return encode(texts, request.negativePrompts2().orElse(texts), 0, scope, warnings);
    }

    private Encoded encode(List<String> texts, List<String> texts2, int clipSkip, NDManager scope, Warnings warnings) {
        HiddenState hidden = HiddenState.ofStableDiffusionXl(clipSkip);
        NDArray first = textEncoder.encode(texts, hidden, scope, warnings).singletonOrThrow();
        NDList second = textEncoder2.encode(texts2, hidden, scope, warnings);
        return new Encoded(first.concat(second.get(0), -1), second.get(1));
    }

    /**
     * The size conditions, FP32 [batch, 6]. The pair (negative, positive) is repeated as a whole, as diffusers does: with several pictures
     * and negative sizes of their own the rows do not line up with the prompts'.
     */
    private static NDArray timeIds(TextToImageRequest request, boolean guided, NDManager scope) {
        float[] positive = request.sizeConditions().timeIds(request.height(), request.width());
        NDArray rows = scope.create(positive, new Shape(1, positive.length));
        if (guided) {
            float[] negative = request.sizeConditions().negativeTimeIds(request.height(), request.width());
            rows = scope.create(negative, new Shape(1, negative.length)).concat(rows);
        }
        return PromptBatch.tiled(rows, request.images());
    }

    @Override
    public void close() {
        textEncoder.close();
        textEncoder2.close();
    }
}
