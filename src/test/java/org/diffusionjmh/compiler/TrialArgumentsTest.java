package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.Test;

class TrialArgumentsTest {
    private static final long BYTES = 64L << 20;

    /** Sets of different sizes, one after the other: of the types asked for, and all in the same 64 MiB. */
    @Test
    void allSetsShareTheirMemory() throws Exception {
        try (TorchSession session = TorchSession.open("cpu")) {
            session.call(() -> {
                Set<Long> addresses = new HashSet<>();
                TrialArguments arguments = new TrialArguments(session.manager());
                for (long rows : new long[] {3, 1000, 8192, 5}) {
                    try (NDManager scope = session.manager().newSubManager()) {
                        TensorType x = TensorType.of(DType.BF16, rows, 700);
                        List<NDList> sets = arguments.sets(List.of(x, TensorType.of(DType.BF16, 7)), scope);
                        assertEquals(rows == 8192 ? 5 : 8, sets.size());
                        for (NDList set : sets) {
                            assertEquals(new Shape(rows, 700), set.get(0).getShape());
                            assertEquals(new Shape(7), set.get(1).getShape());
                            set.forEach(tensor -> addresses.add(TensorMemory.address(tensor)));
                            assertTrue(isRandom(set.get(1), scope));
                        }
                    }
                }
                long first = addresses.stream().mapToLong(Long::longValue).min().orElseThrow();
                assertTrue(addresses.stream().allMatch(address -> address - first < BYTES));
                return null;
            });
        }
    }

    private static boolean isRandom(NDArray tensor, NDManager scope) {
        float[] values = TensorMemory.copy(tensor, ScalarType.FLOAT32, scope).toFloatArray();
        Set<Float> different = new HashSet<>();
        for (float value : values) {
            different.add(value);
        }
        return different.size() > 1 && different.stream().allMatch(value -> Math.abs(value) < 10);
    }
}
