package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Random arguments for calls: several sets of them, which do not fit a GPU's cache together, as the weights of a network's layers do not.
 * All are views of the same memory, whatever their sizes, so that no more than this stays in libtorch's cache of memory.
 */
final class TrialArguments {
    /** Of all sets, where a GPU's cache has 50 MiB; more only if one set needs more. */
    private static final long BYTES = 64L << 20;

    private static final int MOST_SETS = 8;

    /** Elements that a tensor's first one is a multiple of: as libtorch's allocator aligns them, in half precision. */
    private static final long ALIGNMENT = 256;

    /** Elements after which the random ones repeat. */
    private static final long PERIOD = 1L << 20;

    private final NDManager manager;
    private final Map<DType, NDArray> memory = new EnumMap<>(DType.class);

    /**
     * @param manager owner of the memory
     */
    TrialArguments(NDManager manager) {
        this.manager = manager;
    }

    /**
     * Sets of tensors, at least one.
     *
     * @param inputs types of each set's tensors
     * @param scope owner of the views; closed before the next sets are asked for
     */
    List<NDList> sets(List<TensorType> inputs, NDManager scope) {
        long elements = inputs.stream().mapToLong(TrialArguments::room).sum();
        long bytes = inputs.stream()
                .mapToLong(type -> room(type) * type.dtype().bytes())
                .sum();
        long count = Math.max(1, Math.min(MOST_SETS, BYTES / bytes));
        List<NDList> sets = new ArrayList<>();
        for (long set = 0; set < count; set++) {
            NDList tensors = new NDList();
            long begin = set * elements;
            for (TensorType type : inputs) {
                NDArray memory = memory(type.dtype(), count * elements);
                tensors.add(TensorMemory.view(memory, begin, TensorTypes.shape(type), scope));
                begin += room(type);
            }
            sets.add(tensors);
        }
        return sets;
    }

    private static long room(TensorType type) {
        return (type.elements() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private NDArray memory(DType dtype, long elements) {
        NDArray known = memory.get(dtype);
        if (known != null && known.getShape().size() >= elements) {
            return known;
        }
        if (known != null) {
            known.close();
        }
        NDArray random = random(dtype, Math.max(elements, BYTES / dtype.bytes()));
        memory.put(dtype, random);
        return random;
    }

    private NDArray random(DType dtype, long elements) {
        NDArray random = TensorMemory.empty(ScalarType.of(TensorTypes.dataType(dtype)), new Shape(elements), manager);
        try (NDArray period = manager.randomNormal(new Shape(PERIOD))) {
            for (long begin = 0; begin < elements; begin += PERIOD) {
                Shape part = new Shape(Math.min(PERIOD, elements - begin));
                try (NDArray target = TensorMemory.view(random, begin, part, manager);
                        NDArray source = TensorMemory.view(period, 0, part, manager)) {
                    TensorMemory.copyInto(target, source);
                }
            }
        }
        return random;
    }
}
