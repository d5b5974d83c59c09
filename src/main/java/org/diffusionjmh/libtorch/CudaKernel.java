package org.diffusionjmh.libtorch;

import ai.djl.ndarray.NDArray;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** A kernel on one device. */
public final class CudaKernel {
    private static final int CELL = 8;

    private final CudaKernels owner;
    private final Pointer function;

    CudaKernel(CudaKernels owner, Pointer function) {
        this.owner = owner;
        this.function = function;
    }

    /**
     * Blocks of a launch.
     *
     * @param x at most 2^31 - 1
     * @param y at most 65535
     */
    public record Grid(int x, int y) {}

    /**
     * Launches the kernel in libtorch's current stream and returns without waiting. Tensors must stay open until then; libtorch gives
     * their memory to none but later work of the same stream.
     *
     * @param grid blocks
     * @param threads threads of a block
     * @param arguments the kernel's, in its order: tensors for pointers, {@code Integer}, {@code Long}, {@code Float}, and
     *     {@code Boolean} for an int that is 0 or 1
     */
    public void launch(Grid grid, int threads, Object... arguments) {
        try (Memory parameters = parameters(arguments)) {
            owner.launch(function, grid, threads, parameters);
        }
    }

    /**
     * Blocks that the device runs at once, if nothing else does.
     *
     * @param threads threads of a block
     */
    public int blocksAtOnce(int threads) {
        return owner.blocksAtOnce(function, threads);
    }

    /** The addresses of the arguments, followed by the arguments themselves. */
    static Memory parameters(Object... arguments) {
        Memory memory = new Memory(2L * CELL * arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            long cell = (long) CELL * (arguments.length + i);
            memory.setPointer((long) CELL * i, memory.share(cell));
            write(memory, cell, arguments[i]);
        }
        return memory;
    }

    private static void write(Memory memory, long cell, Object argument) {
        if (argument instanceof NDArray tensor) {
            memory.setLong(cell, TensorMemory.address(tensor));
        } else if (argument instanceof Integer number) {
            memory.setInt(cell, number);
        } else if (argument instanceof Long number) {
            memory.setLong(cell, number);
        } else if (argument instanceof Float number) {
            memory.setFloat(cell, number);
        } else if (argument instanceof Boolean flag) {
            memory.setInt(cell, flag ? 1 : 0);
        } else {
            throw new IllegalArgumentException("a kernel takes no "
                    + argument.getClass().getSimpleName() + "; it takes tensors, Integer, Long, Float and Boolean");
        }
    }
}
