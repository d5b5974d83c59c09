package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.tokenizer.T5Tokenizer;
import org.diffusionjmh.tokenizer.TokenizedPrompt;

/** A tokenizer and the T5 encoder behind it. */
final class T5TextEncoder implements AutoCloseable {
    private final T5Tokenizer tokenizer;
    private final ShapedModules<Sizes> modules;

    /** What the encoder's graph depends on. */
    record Sizes(long batch, long length) {}

    /**
     * Encoded prompts.
     *
     * @param hiddenStates [prompts, tokens, d_model]
     * @param attentionMask INT64 [prompts, tokens], 1 for tokens and 0 for padding
     */
    record Encoded(NDArray hiddenStates, NDArray attentionMask) {}

    /**
     * @param tokenizer closed with this
     * @param modules the network; closed with this
     */
    T5TextEncoder(T5Tokenizer tokenizer, ShapedModules<Sizes> modules) {
        this.tokenizer = tokenizer;
        this.modules = modules;
    }

    /**
     * Encodes prompts.
     *
     * @param length tokens per prompt
     * @param warnings told of prompts that were cut off
     */
    Encoded encode(List<String> prompts, int length, NDManager owner, Warnings warnings) {
        long[] ids = new long[prompts.size() * length];
        long[] mask = new long[ids.length];
        for (int i = 0; i < prompts.size(); i++) {
            TokenizedPrompt tokens = tokenizer.encode(prompts.get(i), length);
            tokens.truncatedText()
                    .ifPresent(text -> warnings.warn(
                            "the prompt is longer than " + length + " tokens; this part was cut off: " + text));
            System.arraycopy(tokens.toArray(), 0, ids, i * length, length);
            Arrays.fill(mask, i * length, i * length + tokens.tokenCount(), 1);
        }
        Shape shape = new Shape(prompts.size(), length);
        NDArray attentionMask = owner.create(mask, shape);
        try (NDManager scope = owner.newSubManager()) {
            NDList inputs = new NDList(scope.create(ids, shape), attentionMask);
            NDArray hidden = modules.of(new Sizes(prompts.size(), length))
                    .run(inputs, owner)
                    .singletonOrThrow();
            return new Encoded(hidden, attentionMask);
        }
    }

    @Override
    public void close() {
        modules.close();
        tokenizer.close();
    }
}
