package org.diffusionjmh.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * The Hugging Face tokenizers library with one {@code tokenizer.json} document loaded; it adds no start, end or padding tokens.
 * Many threads may use it at once: the library only reads, and closing waits for the calls in progress.
 */
final class NativeTokenizer implements AutoCloseable {
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer tokenizer;
    private final String source;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private NativeTokenizer(HuggingFaceTokenizer tokenizer, String source) {
        this.tokenizer = tokenizer;
        this.source = source;
    }

    /**
     * Loads a {@code tokenizer.json} document.
     *
     * @param source the file or folder the document comes from, for errors
     * @throws TokenizerFileException if the library refuses the document
     */
    static NativeTokenizer load(JsonObject document, Path source) throws IOException {
        keepOffTheNetwork();
        byte[] json = document.toString().getBytes(StandardCharsets.UTF_8);
        try {
            return new NativeTokenizer(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS), source.toString());
        } catch (RuntimeException e) {
            throw new TokenizerFileException(
                    source, "the tokenizers library does not take this tokenizer: " + e.getMessage(), e);
        }
    }

    /**
     * DJL would ask EC2's metadata service whom to report to, and beside a GPU it would download a CUDA build of its library, which
     * encoding text does not need. It listens to these properties only; what the user set stays.
     */
    private static void keepOffTheNetwork() {
        Map.of("OPT_OUT_TRACKING", "true", "RUST_FLAVOR", "cpu").forEach((name, value) -> {
            if (System.getenv(name) == null && System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    /** The ids of a text, any number of them. */
    long[] encode(String text) {
        // The library reads UTF-8, where half a surrogate pair has no place: it becomes '?'.
        String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        return whileOpen(open -> open.encode(valid).getIds());
    }

    /** The text that ids spell, without the marks of words' ends. */
    String decode(long[] ids) {
        return whileOpen(open -> open.decode(ids, false)).replace("</w>", " ").strip();
    }

    private <T> T whileOpen(Function<HuggingFaceTokenizer, T> call) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the tokenizer of " + source + " is closed");
            }
            return call.apply(tokenizer);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            tokenizer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
