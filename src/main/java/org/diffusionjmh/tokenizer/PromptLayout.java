package org.diffusionjmh.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** How a model wants its ids laid out: the {@code start} tokens, as much of the prompt as fits, the {@code end} token, padding. */
record PromptLayout(List<Long> start, long end, long pad) {
    /** Encodes {@code prompt} into exactly {@code length} ids. */
    TokenizedPrompt lay(NativeTokenizer tokenizer, String prompt, int length) {
        int room = length - start.size() - 1;
        if (room < 0) {
            throw new IllegalArgumentException(
                    "a prompt of " + length + " tokens has no room for its start and end token");
        }
        long[] words = tokenizer.encode(prompt);
        int kept = Math.min(room, words.length);
        List<Long> ids = new ArrayList<>(start);
        Arrays.stream(words, 0, kept).forEach(ids::add);
        ids.add(end);
        int tokenCount = ids.size();
        ids.addAll(Collections.nCopies(length - tokenCount, pad));
        Optional<String> truncatedText = kept == words.length
                ? Optional.empty()
                : Optional.of(tokenizer.decode(Arrays.copyOfRange(words, kept, words.length)));
        return new TokenizedPrompt(ids, tokenCount, truncatedText);
    }
}
