package org.diffusionjmh.source;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffusionjmh.graph.DType;

/**
 * Writes a built-in ControlNet as a folder that diffusers' {@code ControlNetModel.from_pretrained} loads as it is, so that other programs
 * can run the very weights that this one makes up. One tensor is in memory at a time.
 */
public final class ControlNetWriter {
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    private final BuiltInControlNet controlNet;
    private final Scale scale;
    private final DType dtype;

    /**
     * @param dtype type of the stored weights; those of a narrower type than FP32 are rounded
     */
    public ControlNetWriter(BuiltInControlNet controlNet, Scale scale, DType dtype) {
        this.controlNet = controlNet;
        this.scale = scale;
        this.dtype = dtype;
    }

    /**
     * Writes the ControlNet under a temporary name beside {@code output}, and puts it there when it is complete.
     *
     * @param output the ControlNet's folder: a new one, or an empty one
     * @throws IllegalArgumentException if there is something already
     * @throws IOException if the folder cannot be written to; nothing is left of the ControlNet then
     */
    public void write(Path output, SnapshotWriter.Progress progress) throws IOException {
        try (UnfinishedFolder folder = UnfinishedFolder.of(output);
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                BuiltInControlNetFiles files = new BuiltInControlNetFiles(controlNet, scale, manager)) {
            Files.write(folder.path().resolve("config.json"), controlNet.configFile(scale));
            NetworkWriter.Network network =
                    new NetworkWriter.Network("controlnet", "ControlNetModel", files.config(), WEIGHTS);
            new NetworkWriter(dtype).write(List.of(network), written -> files.weights(), manager, folder, progress);
            folder.commit();
        }
    }
}
