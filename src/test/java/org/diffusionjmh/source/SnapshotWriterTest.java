package org.diffusionjmh.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.testing.GoldenTensors;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.weights.SyntheticWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotWriterTest {
    /** SDXL's blocks and components in a size for tests; its resources are among theirs. */
    private static final BuiltInModel TINY = new BuiltInModel("tests/tiny-xl", "tiny-xl", List.of());

    private static final SnapshotWriter.Progress SILENT = (component, bytes, total) -> {};

    @TempDir
    private Path folder;

    /** Every weight of every network is in its file, with the very numbers that the built-in model runs on. */
    @Test
    void writesTheWeightsOfTheBuiltInModel() throws IOException {
        Path output = folder.resolve("new/snapshot");
        new SnapshotWriter(TINY, Scale.MINI, DType.FP32).write(output, SILENT);

        Map<String, String> files = Map.of(
                "unet", "diffusion_pytorch_model.safetensors",
                "vae", "diffusion_pytorch_model.safetensors",
                "text_encoder", "model.safetensors",
                "text_encoder_2", "model.safetensors");
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                SyntheticWeights synthetic = new SyntheticWeights(0, manager)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                String network = file.getKey();
                GoldenTensors stored =
                        GoldenTensors.read(output.resolve(network).resolve(file.getValue()));
                Map<String, Shape> weights =
                        NetworkWeights.of(TINY.components().get(network).name(), TINY.config(Scale.MINI, network));
                Set<String> names = new HashSet<>(stored.namesFrom(""));
                names.remove("__metadata__");
                assertEquals(weights.keySet(), names, network);
                weights.forEach((key, shape) -> {
                    GoldenTensors.Tensor tensor = stored.get(key);
                    assertEquals("F32", tensor.dtype());
                    assertArrayEquals(shape.getShape(), tensor.shape(), key);
                    try (NDArray values = synthetic.make(network, key, shape, DataType.FLOAT32, manager)) {
                        assertArrayEquals(values.toFloatArray(), tensor.floats(), key);
                    }
                });
            }
        }
    }

    /** Read back as any other snapshot, it is the same model. */
    @Test
    void isReadBackAsTheSameModel() throws IOException {
        new SnapshotWriter(TINY, Scale.MINI, DType.FP16).write(folder, SILENT);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                ModelFiles snapshot = SnapshotFiles.open("tiny", folder, Optional.empty());
                ModelFiles builtIn = new BuiltInFiles(TINY, Scale.MINI, manager)) {
            assertEquals(builtIn.index(), snapshot.index());
            assertEquals(builtIn.components(), snapshot.components());
            assertEquals(builtIn.schedulerConfig(), snapshot.schedulerConfig());
            for (String network : TINY.networks()) {
                String className = TINY.components().get(network).name();
                Map<String, Shape> shapes = NetworkWeights.of(className, snapshot.config(network));
                assertEquals(NetworkWeights.of(className, builtIn.config(network)), shapes);
                try (ModelFiles.Weights stored = snapshot.weights(network);
                        ModelFiles.Weights made = builtIn.weights(network)) {
                    shapes.forEach((key, shape) -> assertEquals(
                            made.load(key, shape, manager, DataType.FLOAT16),
                            stored.load(key, shape, manager, DataType.FLOAT16),
                            key));
                }
            }
            for (String component : List.of("tokenizer", "tokenizer_2")) {
                try (ClipTokenizer stored = snapshot.tokenizer(component);
                        ClipTokenizer made = builtIn.tokenizer(component)) {
                    assertArrayEquals(
                            made.encode("A cat, asleep").toArray(),
                            stored.encode("A cat, asleep").toArray());
                }
            }
        }
    }

    /** Progress grows to its total, which is what the files hold. */
    @Test
    void tellsHowFarItIs() throws IOException {
        List<Long> written = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        new SnapshotWriter(TINY, Scale.MINI, DType.FP16).write(folder, (component, bytes, total) -> {
            written.add(bytes);
            totals.add(total);
        });
        assertEquals(written.stream().sorted().distinct().toList(), written);
        assertEquals(written.get(written.size() - 1), totals.get(0));
        assertEquals(1, totals.stream().distinct().count());
    }

    @Test
    void refusesAFolderThatIsNotEmpty() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "mine");
        assertEquals(
                folder + ": the folder is not empty; name a new one, or remove what is in it",
                refusal(folder).getMessage());
        assertEquals(file + ": is a file; name a new folder", refusal(file).getMessage());
        assertEquals("mine", Files.readString(file));
        assertEquals(List.of(file), entries(folder));
    }

    private static IllegalArgumentException refusal(Path output) {
        SnapshotWriter writer = new SnapshotWriter(TINY, Scale.MINI, DType.FP32);
        return assertThrows(IllegalArgumentException.class, () -> writer.write(output, SILENT));
    }

    @Test
    void namesTheFolderThatCannotBeCreated() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        SnapshotWriter writer = new SnapshotWriter(TINY, Scale.MINI, DType.FP32);
        Path output = file.resolve("snapshot");
        IOException failure = assertThrows(IOException.class, () -> writer.write(output, SILENT));
        assertTrue(failure.getMessage().startsWith(output + ": the folder cannot be created: "), failure.getMessage());
    }

    /** A failure in the middle leaves nothing behind. */
    @Test
    void leavesNothingOfAnUnfinishedSnapshot() throws IOException {
        SnapshotWriter writer = new SnapshotWriter(TINY, Scale.MINI, DType.FP32);
        SnapshotWriter.Progress failing = (component, bytes, total) -> {
            if (component.equals("vae")) {
                throw new IllegalStateException("stop");
            }
        };
        assertThrows(IllegalStateException.class, () -> writer.write(folder.resolve("snapshot"), failing));
        assertEquals(List.of(), entries(folder));
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
