package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.diffusionjmh.torchscript.TorchScriptArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Tensors over a buffer's memory, copies in another type, and the errors of the C ABI. */
class TensorMemoryTest {
    private NDManager manager;

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager("PyTorch");
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    @Test
    void aTensorAndItsBufferShareMemory() {
        ByteBuffer memory = ByteBuffer.allocateDirect(6 * Float.BYTES).order(ByteOrder.nativeOrder());
        memory.asFloatBuffer().put(new float[] {0, 1, 2, 3, 4, 5});
        NDArray tensor = TensorMemory.wrap(memory, ScalarType.FLOAT32, new Shape(2, 3), manager);
        memory.putFloat(5 * Float.BYTES, 7);
        assertEquals(new Shape(2, 3), tensor.getShape());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 7}, tensor.toFloatArray());
    }

    @Test
    void aBufferOfAnotherSizeIsRefused() {
        ByteBuffer memory = ByteBuffer.allocateDirect(8);
        assertRefused(() -> TensorMemory.wrap(memory, ScalarType.FLOAT32, new Shape(3), manager));
        assertRefused(() -> TensorMemory.wrap(ByteBuffer.allocate(8), ScalarType.FLOAT32, new Shape(2), manager));
    }

    private static void assertRefused(Executable action) {
        assertThrows(IllegalArgumentException.class, action);
    }

    @Test
    void aCopyHasTheTypeAskedForAndIsRowMajor() {
        NDArray transposed =
                manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3)).transpose();
        for (ScalarType type :
                List.of(ScalarType.FLOAT16, ScalarType.BFLOAT16, ScalarType.FLOAT8_E4M3, ScalarType.UINT16)) {
            NDArray copy = TensorMemory.copy(transposed, type, manager);
            assertEquals(type, TensorMemory.type(copy));
            NDArray back = TensorMemory.copy(copy, ScalarType.FLOAT32, manager);
            assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, back.toFloatArray(), type.name());
        }
    }

    @Test
    void aViewIsPartOfATensorsMemory() {
        NDArray tensor = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
        NDArray view = TensorMemory.view(tensor, 1, new Shape(2, 2), manager);
        TensorMemory.copyInto(tensor, manager.create(new float[] {10, 20, 30, 40, 50, 60}, new Shape(2, 3)));
        assertEquals(new Shape(2, 2), view.getShape());
        assertArrayEquals(new float[] {20, 30, 40, 50}, view.toFloatArray());
        assertRefused(() -> TensorMemory.view(tensor, 3, new Shape(2, 2), manager));
        assertRefused(() -> TensorMemory.view(tensor, -1, new Shape(2, 2), manager));
    }

    @Test
    void aTensorsBytesComeInParts() {
        NDArray tensor = manager.create(new byte[] {1, 2, 3, 4, 5}, new Shape(5));
        List<Integer> parts =
                TensorMemory.bytes(tensor, 2).map(ByteBuffer::remaining).toList();
        assertEquals(List.of(2, 2, 1), parts);
        assertEquals(
                3,
                TensorMemory.bytes(tensor, 2).skip(1).findFirst().orElseThrow().get(0));
    }

    @Test
    void everyTypeOfDjlThatIsATensorsHasAScalarType() {
        for (DataType type : DataType.values()) {
            if (type == DataType.STRING || type == DataType.UNKNOWN) {
                assertThrows(IllegalArgumentException.class, () -> ScalarType.of(type));
            } else {
                assertEquals(type.name(), ScalarType.of(type).name());
            }
        }
    }

    @Test
    void anUnknownFunctionIsNamedWithTheLibrary() {
        EngineException refusal =
                assertThrows(EngineException.class, () -> LibTorch.get().call("aoti_torch_nonsense"));
        assertTrue(refusal.getMessage().contains("torch_cpu"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("aoti_torch_nonsense"), refusal.getMessage());
    }

    @Test
    void aFailedCallIsNamed() {
        NDArray two = manager.ones(new Shape(2));
        NDArray three = manager.ones(new Shape(3));
        EngineException refusal = assertThrows(EngineException.class, () -> LibTorch.get()
                .call(
                        "aoti_torch_copy_",
                        new Pointer(((PtNDArray) two).getHandle()),
                        new Pointer(((PtNDArray) three).getHandle()),
                        0));
        assertTrue(refusal.getMessage().startsWith("aoti_torch_copy_ failed with status 1"), refusal.getMessage());
    }

    /** Dense is what has every element once and no gaps, in any order; channels-last is one such order, and is kept by emptyLike. */
    @Test
    void knowsLayouts() {
        NDArray rows = manager.arange(2F * 3 * 4 * 5).reshape(2, 4, 5, 3);
        NDArray map = rows.transpose(0, 3, 1, 2);
        assertTrue(TensorMemory.isDense(map));
        assertTrue(TensorMemory.isChannelsLast(map));
        assertTrue(TensorMemory.isChannelsLast(TensorMemory.emptyLike(map, manager)));
        NDArray copy = TensorMemory.channelsLast(TensorMemory.contiguous(map, manager), manager);
        assertTrue(TensorMemory.isChannelsLast(copy));
        assertArrayEquals(map.toFloatArray(), copy.toFloatArray());
        assertFalse(TensorMemory.isDense(rows.get(":, :, 1:")));
        assertFalse(TensorMemory.isDense(manager.ones(new Shape(1, 3)).broadcast(2, 3)));
    }

    /** libtorch refuses to overwrite the result of a module; what takes its place can be overwritten. */
    @Test
    void whatAModuleComputedCanBeMadeWritable() {
        try (ScriptModule module = ScriptModule.load(TorchScriptArchive.ofMethods("""
                def forward(self: __torch__.M,
                  x: Tensor) -> Tensor:
                  return torch.mul(x, 2)
                """), manager)) {
            NDArray x = manager.create(new float[] {1, 2, 3});
            NDArray refused = module.call("forward", new NDList(x), manager).singletonOrThrow();
            assertThrows(EngineException.class, () -> TensorMemory.copyInto(refused, x));
            NDArray computed = module.call("forward", new NDList(x), manager).singletonOrThrow();
            NDArray writable = TensorMemory.writable(computed, manager);
            assertArrayEquals(new float[] {2, 4, 6}, writable.toFloatArray());
            TensorMemory.copyInto(writable, x);
            assertArrayEquals(new float[] {1, 2, 3}, writable.toFloatArray());
        }
    }
}
