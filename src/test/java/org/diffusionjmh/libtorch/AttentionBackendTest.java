package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttentionBackendTest {
    /** On a CPU, libtorch has a flash kernel for heads whose elements lie together, and composes the rest. */
    @Test
    void libtorchTellsWhatItChooses() throws Exception {
        try (TorchSession session = TorchSession.open("cpu")) {
            session.call(() -> {
                try (NDManager scope = session.manager().newSubManager()) {
                    NDArray heads = scope.create(new Shape(2, 8, 64, 40), DataType.FLOAT32);
                    assertEquals(
                            Optional.of(AttentionBackend.FLASH), AttentionBackend.chosen(heads, heads, false, scope));
                    assertEquals(
                            Optional.of(AttentionBackend.FLASH), AttentionBackend.chosen(heads, heads, true, scope));
                    NDArray scattered = heads.transpose(0, 1, 3, 2);
                    assertEquals(
                            Optional.of(AttentionBackend.MATH),
                            AttentionBackend.chosen(scattered, scattered, false, scope));
                }
                return null;
            });
        }
    }
}
