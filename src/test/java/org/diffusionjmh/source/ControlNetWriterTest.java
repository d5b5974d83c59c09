package org.diffusionjmh.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusionjmh.graph.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlNetWriterTest {
    private static final ControlNetWriter WRITER =
            new ControlNetWriter(BuiltInControlNet.SD_CONTROLNET_CANNY, Scale.MINI, DType.FP16);

    @TempDir
    private Path folder;

    /** Read back as any other ControlNet's folder, it is the same ControlNet. */
    @Test
    void isReadBackAsTheSameControlNet() throws IOException {
        Path output = folder.resolve("new/canny");
        WRITER.write(output, (network, bytes, total) -> assertTrue(bytes <= total));

        try (Stream<Path> files = Files.list(output)) {
            assertEquals(
                    List.of("config.json", "diffusion_pytorch_model.safetensors"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                ControlNetFiles stored = ControlNetFolder.open("canny", output, Optional.empty());
                ControlNetFiles made =
                        new BuiltInControlNetFiles(BuiltInControlNet.SD_CONTROLNET_CANNY, Scale.MINI, manager);
                ModelFiles.Weights storedWeights = stored.weights();
                ModelFiles.Weights madeWeights = made.weights()) {
            Map<String, Shape> shapes = NetworkWeights.of("ControlNetModel", stored.config());
            assertEquals(NetworkWeights.of("ControlNetModel", made.config()), shapes);
            shapes.forEach((key, shape) -> assertArrayEquals(
                    madeWeights.load(key, shape, manager, DataType.FLOAT16).toByteArray(),
                    storedWeights.load(key, shape, manager, DataType.FLOAT16).toByteArray(),
                    key));
        }
    }

    /** A failure in the middle leaves nothing behind. */
    @Test
    void leavesNothingOfAnUnfinishedControlNet() throws IOException {
        assertThrows(
                IllegalStateException.class,
                () -> WRITER.write(folder.resolve("canny"), (network, bytes, total) -> {
                    throw new IllegalStateException("stop");
                }));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }
}
