package org.diffusionjmh.libtorch;

import ai.djl.ndarray.NDArray;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** A kernel on one device. */
public final class CudaKernel {
    private static final int CELL = 8;

    private final CudaKernels owner;
    private final Pointer function;
    private final int sharedBytes;

    /**
     * @param sharedBytes memory that a block shares, besides what the function declares
     */
    CudaKernel(CudaKernels owner, Pointer function, int sharedBytes) {
        this.owner = owner;
        this.function = function;
        this.sharedBytes = sharedBytes;
    }

    /**
     * Blocks of a launch.
     *
     * @param x at most 2^31 - 1
     * @param y at most 65535
     */
    public record Grid(int x, int y) {}

    /** What each block has. */
    record Block(int threads, int sharedBytes) {}

    /**
     * Launches the kernel in libtorch's current stream and returns without waiting. Tensors must stay open until then; libtorch gives
     * their memory to none but later work of the same stream.
     *
     * @param grid blocks
     * @param threads threads of a block
     * @param arguments the kernel's, in its order: tensors for pointers, {@link TensorMap}s by value, {@code Integer}, {@code Long},
     *     {@code Float}, and {@code Boolean} for an int that is 0 or 1
     */
    public void launch(Grid grid, int threads, Object... arguments) {
        try (Memory parameters = parameters(arguments)) {
            owner.launch(function, grid, new Block(threads, sharedBytes), parameters);
        }
    }

    /**
     * Blocks that the device runs at once, if nothing else does.
     *
     * @param threads threads of a block
     */
    public int blocksAtOnce(int threads) {
        return owner.blocksAtOnce(function, new Block(threads, sharedBytes));
    }

    /**
     * A tensor as the copy engine of the kernel's device reads it, from architecture 90 on: boxes of some rows and 128 bytes of columns,
     * swizzled over 128 bytes. What a box has outside of the tensor is zero.
     *
     * @param tensor float16 or bfloat16, without gaps, taken as rows of its last dimension; both its address and the bytes of a row are
     *     multiples of 16
     * @param boxRows rows of a box, at most 256
     * @throws IllegalArgumentException if it is none such
     */
    public TensorMap tensorMap(NDArray tensor, int boxRows) {
        return owner.tensorMap(TensorMap.Layout.rows(tensor, boxRows));
    }

    /**
     * Sequences as the copy engine of the kernel's device reads them, as {@link #tensorMap} has it: boxes of some rows of one head. The
     * dimensions that a kernel names are columns, head, row and sequence.
     *
     * @param tensor {@code [N, heads, L, d]}, float16 or bfloat16, in a layout that {@link #readsHeads}
     * @param boxRows rows of a box, at most 256
     * @throws IllegalArgumentException if it is none such
     */
    public TensorMap headMap(NDArray tensor, int boxRows) {
        return owner.tensorMap(TensorMap.Layout.heads(tensor, boxRows));
    }

    /**
     * A feature map as the copy engine of the kernel's device reads it, as {@link #tensorMap} has it: boxes of some pixels. The dimensions
     * that a kernel names are channel, x, y and map.
     *
     * @param map {@code [N, C, H, W]}, float16 or bfloat16, with channels innermost, of which there are a multiple of 8
     * @param boxWidth pixels side by side, at most 256
     * @param boxHeight pixels above one another, at most 256
     * @param boxMaps maps of a box, at most 256
     * @throws IllegalArgumentException if it is none such
     */
    public TensorMap pixelMap(NDArray map, int boxWidth, int boxHeight, int boxMaps) {
        return owner.tensorMap(TensorMap.Layout.pixels(map, boxWidth, boxHeight, boxMaps));
    }

    /**
     * A convolution's weight as the copy engine of the kernel's device reads it, as {@link #tensorMap} has it: a row is a window.
     *
     * @param windows {@code [O, C, kH, kW]}, float16 or bfloat16, with channels innermost, of which there are a multiple of 8
     * @param boxWindows rows of a box, at most 256
     * @throws IllegalArgumentException if it is none such
     */
    public TensorMap windowMap(NDArray windows, int boxWindows) {
        return owner.tensorMap(TensorMap.Layout.windows(windows, boxWindows));
    }

    /** Whether {@code [N, heads, L, d]} lies so that the copy engine can read it: d innermost, all else at multiples of 16 bytes. */
    public static boolean readsHeads(NDArray tensor) {
        return TensorMap.Layout.reads(tensor);
    }

    /** The addresses of the arguments, followed by the arguments themselves where they have no memory of their own. */
    static Memory parameters(Object... arguments) {
        Memory memory = new Memory(2L * CELL * arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            long cell = (long) CELL * (arguments.length + i);
            if (arguments[i] instanceof TensorMap map) {
                memory.setPointer((long) CELL * i, map.pointer());
            } else {
                memory.setPointer((long) CELL * i, memory.share(cell));
                write(memory, cell, arguments[i]);
            }
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
            throw new IllegalArgumentException(
                    "a kernel takes no " + argument.getClass().getSimpleName()
                            + "; it takes tensors, TensorMap, Integer, Long, Float and Boolean");
        }
    }
}
