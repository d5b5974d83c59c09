package org.diffusionjmh.source;

import java.io.IOException;
import java.util.Optional;
import org.diffusionjmh.model.ModelConfig;

/** What a ControlNet is made of: a folder of its own, or a built-in ControlNet. */
public interface ControlNetFiles extends AutoCloseable {
    /** The folder, the hub id or the built-in ControlNet's name. */
    String name();

    /** The size of a built-in ControlNet, whose weights are made up; empty for a folder. */
    Optional<Scale> madeUp();

    ModelConfig config() throws IOException;

    /** Opens the weights; the caller closes them after everything that was loaded from them. */
    ModelFiles.Weights weights() throws IOException;

    @Override
    void close();
}
