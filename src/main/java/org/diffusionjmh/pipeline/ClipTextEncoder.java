package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.model.HiddenState;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.tokenizer.TokenizedPrompt;

/** A tokenizer and the CLIP text encoder behind it. */
final class ClipTextEncoder implements AutoCloseable {
    private final ClipTokenizer tokenizer;
    private final ShapedModules<Sizes> modules;
    private final Optional<Function<List<long[]>, long[]>> eosPositions;

    /** What a text encoder's graph depends on. */
    record Sizes(long batch, HiddenState hidden) {}

    /**
     * @param tokenizer closed with this
     * @param modules the network; closed with this
     * @param eosPositions where prompts end, for a network that projects that row
     */
    ClipTextEncoder(
            ClipTokenizer tokenizer,
            ShapedModules<Sizes> modules,
            Optional<Function<List<long[]>, long[]>> eosPositions) {
        this.tokenizer = tokenizer;
        this.modules = modules;
        this.eosPositions = eosPositions;
    }

    /**
     * Encodes prompts.
     *
     * @param warnings told of prompts that were cut off
     * @return the hidden state [prompts, tokens, hidden_size]; then, if the network projects, the pooled text [prompts, projection_dim]
     */
    NDList encode(List<String> prompts, HiddenState hidden, NDManager owner, Warnings warnings) {
        List<long[]> ids = prompts.stream().map(prompt -> ids(prompt, warnings)).toList();
        try (NDManager scope = owner.newSubManager()) {
            NDList inputs = new NDList(idTensor(ids, scope));
            eosPositions.ifPresent(positions -> inputs.add(scope.create(positions.apply(ids))));
            return modules.of(new Sizes(prompts.size(), hidden)).run(inputs, owner);
        }
    }

    private long[] ids(String prompt, Warnings warnings) {
        TokenizedPrompt tokens = tokenizer.encode(prompt);
        tokens.truncatedText()
                .ifPresent(text -> warnings.warn("the prompt is longer than " + tokenizer.modelMaxLength()
                        + " tokens; this part was cut off: " + text));
        return tokens.toArray();
    }

    private static NDArray idTensor(List<long[]> ids, NDManager scope) {
        int length = ids.get(0).length;
        long[] flat = new long[ids.size() * length];
        for (int i = 0; i < ids.size(); i++) {
            System.arraycopy(ids.get(i), 0, flat, i * length, length);
        }
        return scope.create(flat, new Shape(ids.size(), length));
    }

    @Override
    public void close() {
        modules.close();
        tokenizer.close();
    }
}
