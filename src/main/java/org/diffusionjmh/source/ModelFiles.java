package org.diffusionjmh.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Set;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.tokenizer.T5Tokenizer;

/** What a pipeline is made of: a snapshot's folder, or a built-in model. */
public interface ModelFiles extends AutoCloseable {
    ModelDescription description();

    /** The content of {@code model_index.json}. */
    JsonObject index();

    /** Names of the components that are present, for example {@code unet} and {@code text_encoder_2}. */
    Set<String> components();

    /**
     * A network's configuration.
     *
     * @throws IOException if the component is missing or its file cannot be read
     */
    ModelConfig config(String component) throws IOException;

    /** The scheduler's configuration. */
    JsonObject schedulerConfig() throws IOException;

    /** Opens a component's weights; the caller closes them after everything that was loaded from them. */
    Weights weights(String component) throws IOException;

    /** Opens a tokenizer of a CLIP text encoder; the caller closes it. */
    ClipTokenizer tokenizer(String component) throws IOException;

    /** Opens a tokenizer of a T5 text encoder; the caller closes it. */
    T5Tokenizer t5Tokenizer(String component) throws IOException;

    @Override
    void close();

    /** The weights of one component. */
    interface Weights extends AutoCloseable {
        /**
         * Loads a weight onto the manager's device.
         *
         * @throws IllegalArgumentException if it is missing or has another shape; the message names the file
         */
        NDArray load(String key, Shape shape, NDManager manager, DataType dtype);

        @Override
        void close();
    }
}
