package org.diffusionjmh.tokenizer;

import java.util.List;
import java.util.Optional;

/**
 * A prompt as a text encoder takes it.
 *
 * @param ids token ids, int64, padded to the length the model wants
 * @param tokenCount how many of {@code ids}, from the first, are not padding; start and end tokens count
 * @param truncatedText the end of the prompt that did not fit, as the tokens spell it (lower case, for CLIP); empty if all of it fitted
 */
public record TokenizedPrompt(List<Long> ids, int tokenCount, Optional<String> truncatedText) {
    /** Copies the ids. */
    public TokenizedPrompt {
        ids = List.copyOf(ids);
    }

    /** The ids in a new array. */
    public long[] toArray() {
        return ids.stream().mapToLong(Long::longValue).toArray();
    }
}
