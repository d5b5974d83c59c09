package org.diffusionjmh.source;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.graph.DType;

/**
 * Writes a built-in model as a snapshot that diffusers' {@code from_pretrained} loads as it is, so that other programs can run the very
 * weights that this one makes up. One tensor is in memory at a time.
 */
public final class SnapshotWriter {
    private final BuiltInModel model;
    private final Scale scale;
    private final DType dtype;

    /**
     * @param dtype type of the stored weights; those of a narrower type than FP32 are rounded
     */
    public SnapshotWriter(BuiltInModel model, Scale scale, DType dtype) {
        this.model = model;
        this.scale = scale;
        this.dtype = dtype;
    }

    /** Told after each tensor. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param component the network being written
         * @param bytes of the weights that are written, those of all networks
         * @param total of the weights of all networks, in bytes
         */
        void written(String component, long bytes, long total);
    }

    /**
     * Writes the snapshot under a temporary name beside {@code output}, and puts it there when it is complete.
     *
     * @param output the snapshot's folder: a new one, or an empty one
     * @throws IllegalArgumentException if there is something already
     * @throws IOException if the folder cannot be written to; nothing is left of the snapshot then
     */
    public void write(Path output, Progress progress) throws IOException {
        try (UnfinishedFolder folder = UnfinishedFolder.of(output);
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                BuiltInFiles files = new BuiltInFiles(model, scale, manager)) {
            writeFiles(folder.path());
            new NetworkWriter(dtype)
                    .write(networks(), network -> files.weights(network.name()), manager, folder, progress);
            folder.commit();
        }
    }

    private void writeFiles(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : model.files(scale).entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        for (String component : model.components().keySet()) {
            if (component.startsWith("tokenizer")) {
                model.writeTokenizer(scale, component, folder.resolve(component));
            }
        }
    }

    private List<NetworkWriter.Network> networks() {
        return model.networks().stream()
                .map(component -> new NetworkWriter.Network(
                        component,
                        model.components().get(component).name(),
                        model.config(scale, component),
                        component + "/" + weightsFile(component)))
                .toList();
    }

    private String weightsFile(String component) {
        String library = model.components().get(component).library();
        return library.equals("transformers") ? "model.safetensors" : "diffusion_pytorch_model.safetensors";
    }
}
