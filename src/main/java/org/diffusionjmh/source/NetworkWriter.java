package org.diffusionjmh.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.weights.Dtype;
import org.diffusionjmh.weights.SafetensorsWriter;
import org.diffusionjmh.weights.TensorInfo;

/**
 * Writes the weights of networks into safetensors files. One tensor is in memory at a time.
 *
 * @param dtype type of the stored weights; those of a narrower type than FP32 are rounded
 */
record NetworkWriter(DType dtype) {
    /**
     * A network to write.
     *
     * @param name for people
     * @param className diffusers' or transformers' name of its class
     * @param config its configuration
     * @param file the file for its weights, within the folder
     */
    record Network(String name, String className, ModelConfig config, String file) {}

    /** Opens the weights of a network. */
    @FunctionalInterface
    interface Opening {
        ModelFiles.Weights weights(Network network) throws IOException;
    }

    /**
     * Writes all weights of some networks.
     *
     * @param manager owner of the tensor at hand
     * @throws IOException if the folder cannot be written to
     */
    void write(
            List<Network> networks,
            Opening opening,
            NDManager manager,
            UnfinishedFolder folder,
            SnapshotWriter.Progress progress)
            throws IOException {
        long total = networks.stream()
                .flatMap(network -> tensors(network).values().stream())
                .mapToLong(TensorInfo::bytes)
                .sum();
        long bytes = 0;
        for (Network network : networks) {
            Map<String, TensorInfo> tensors = tensors(network);
            try (SafetensorsWriter writer =
                            SafetensorsWriter.create(folder.path().resolve(network.file()), tensors);
                    ModelFiles.Weights weights = opening.weights(network)) {
                for (Map.Entry<String, TensorInfo> tensor : tensors.entrySet()) {
                    folder.checkGoingOn();
                    Shape shape = tensor.getValue().shape();
                    try (NDArray values = weights.load(tensor.getKey(), shape, manager, TensorTypes.dataType(dtype))) {
                        writer.write(tensor.getKey(), values);
                    }
                    bytes += tensor.getValue().bytes();
                    progress.written(network.name(), bytes, total);
                }
                writer.commit();
            }
        }
    }

    private Map<String, TensorInfo> tensors(Network network) {
        Dtype stored = Dtype.of(ScalarType.of(TensorTypes.dataType(dtype)));
        Map<String, TensorInfo> tensors = new TreeMap<>();
        NetworkWeights.of(network.className(), network.config())
                .forEach((key, shape) -> tensors.put(key, new TensorInfo(stored, shape)));
        return tensors;
    }
}
