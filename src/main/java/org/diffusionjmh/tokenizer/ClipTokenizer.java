package org.diffusionjmh.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The tokenizer of a CLIP text encoder: transformers' {@code CLIPTokenizer}, called with {@code padding="max_length"} and
 * {@code truncation=True}. Safe for many threads; holds native memory until closed.
 */
public final class ClipTokenizer implements AutoCloseable {
    private final NativeTokenizer tokenizer;
    private final PromptLayout layout;
    private final int modelMaxLength;

    private ClipTokenizer(NativeTokenizer tokenizer, PromptLayout layout, int modelMaxLength) {
        this.tokenizer = tokenizer;
        this.layout = layout;
        this.modelMaxLength = modelMaxLength;
    }

    /**
     * Opens a snapshot's tokenizer folder: {@code vocab.json} and {@code merges.txt}, or {@code tokenizer.json}; beside them
     * {@code tokenizer_config.json} and {@code special_tokens_map.json}, without which CLIP's own special tokens and length hold.
     *
     * @throws TokenizerFileException if a file is missing, is not what its name says, or does not fit the others
     * @throws IOException if a file cannot be read
     */
    public static ClipTokenizer open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new TokenizerFileException(
                    folder, "no such folder; want a tokenizer folder with vocab.json and merges.txt");
        }
        ClipTokenizerConfig config = ClipTokenizerConfig.read(folder);
        ClipTokenizerDocument document = ClipTokenizerDocument.read(folder, config);
        PromptLayout layout = new PromptLayout(
                List.of((long) document.id(config.bos())), document.id(config.eos()), document.id(config.pad()));
        return new ClipTokenizer(NativeTokenizer.load(document.json(), folder), layout, config.modelMaxLength());
    }

    /** How many ids {@link #encode} gives: the snapshot's {@code model_max_length}, 77. */
    public int modelMaxLength() {
        return modelMaxLength;
    }

    /**
     * Encodes a prompt: start token, the prompt, end token, padding; {@code modelMaxLength} ids in all.
     *
     * @throws IllegalStateException if the tokenizer is closed
     */
    public TokenizedPrompt encode(String prompt) {
        return layout.lay(tokenizer, prompt, modelMaxLength);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
