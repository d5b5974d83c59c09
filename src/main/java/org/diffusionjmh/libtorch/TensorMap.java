package org.diffusionjmh.libtorch;

import ai.djl.ndarray.NDArray;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.Arrays;

/**
 * What a GPU's copy engine has to know of a tensor to read boxes of it ({@code CUtensorMap}), from architecture 90 on. It holds the tensor's
 * address: it is of use as long as the tensor is where it was. To be closed once the kernel that takes it has been launched.
 */
public final class TensorMap implements AutoCloseable {
    private static final int BYTES = 128;
    private static final int ALIGNMENT = 64;

    private final Memory memory = new Memory(BYTES + ALIGNMENT);
    private final Pointer aligned = memory.align(ALIGNMENT);

    /** A map that is still to be written. */
    TensorMap() {}

    /**
     * A tensor's place in memory and the boxes that are read of it, in the driver's terms: the innermost dimension comes first.
     *
     * @param elementType {@code CUtensorMapDataType}
     * @param sizes elements by dimension
     * @param strides bytes from one index to the next, without the innermost dimension's
     * @param box elements of a box by dimension
     * @param steps which elements of a box are read: every one
     * @param interleave {@code CUtensorMapInterleave}
     * @param swizzle {@code CUtensorMapSwizzle}
     * @param promotion {@code CUtensorMapL2promotion}
     * @param outside {@code CUtensorMapFloatOOBfill}
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, read once
    record Layout(
            int elementType,
            long address,
            long[] sizes,
            long[] strides,
            int[] box,
            int[] steps,
            int interleave,
            int swizzle,
            int promotion,
            int outside) {
        private static final int FLOAT16 = 6;
        private static final int BFLOAT16 = 9;
        private static final int SWIZZLE_128_BYTES = 3;
        private static final int PROMOTION_128_BYTES = 2;
        private static final int ROW_BYTES = 128;
        private static final int ALIGNED_BYTES = 16;

        /** The dimensions of {@code [N, heads, L, d]} but the last, as the driver orders those of a sequence: heads, L, N. */
        private static final int[] MIDDLE = {1, 2, 0};

        /**
         * Boxes of some rows and 128 bytes of columns.
         *
         * @throws IllegalArgumentException if the copy engine cannot read the tensor
         */
        static Layout rows(NDArray tensor, int boxRows) {
            ScalarType type = requireHalf(tensor);
            long columns = tensor.getShape().get(tensor.getShape().dimension() - 1);
            long rowBytes = columns * type.bytes();
            long address = TensorMemory.address(tensor);
            if (rowBytes % ALIGNED_BYTES != 0 || address % ALIGNED_BYTES != 0) {
                throw new IllegalArgumentException("boxes are read where rows begin at multiples of " + ALIGNED_BYTES
                        + " bytes, not of " + type + tensor.getShape() + " at " + Long.toHexString(address));
            }
            return swizzled(
                    type,
                    address,
                    new long[] {columns, tensor.getShape().size() / columns},
                    new long[] {rowBytes},
                    new int[] {ROW_BYTES / type.bytes(), boxRows});
        }

        /**
         * Boxes of some rows and 128 bytes of columns of one head of a sequence.
         *
         * @param tensor {@code [N, heads, L, d]} in any layout that {@link #reads}
         * @throws IllegalArgumentException if the copy engine cannot read the tensor
         */
        static Layout heads(NDArray tensor, int boxRows) {
            ScalarType type = requireHalf(tensor);
            if (!reads(tensor)) {
                throw new IllegalArgumentException("boxes are read where rows begin at multiples of " + ALIGNED_BYTES
                        + " bytes, not of " + type + tensor.getShape() + " with strides "
                        + Arrays.toString(TensorMemory.strides(tensor)));
            }
            long[] shape = tensor.getShape().getShape();
            long[] steps = TensorMemory.strides(tensor);
            long[] strides = new long[MIDDLE.length];
            for (int i = 0; i < strides.length; i++) {
                strides[i] = shape[MIDDLE[i]] == 1 ? ROW_BYTES : steps[MIDDLE[i]] * type.bytes();
            }
            return swizzled(
                    type,
                    TensorMemory.address(tensor),
                    new long[] {shape[3], shape[MIDDLE[0]], shape[MIDDLE[1]], shape[MIDDLE[2]]},
                    strides,
                    new int[] {ROW_BYTES / type.bytes(), 1, boxRows, 1});
        }

        /**
         * Boxes of some pixels and 128 bytes of channels.
         *
         * @param map {@code [N, C, H, W]} with channels innermost
         * @throws IllegalArgumentException if the copy engine cannot read the tensor
         */
        static Layout pixels(NDArray map, int boxWidth, int boxHeight, int boxMaps) {
            ScalarType type = requireHalf(map);
            long[] shape = map.getShape().getShape();
            requirePixels(map);
            long pixel = shape[1] * type.bytes();
            return swizzled(
                    type,
                    TensorMemory.address(map),
                    new long[] {shape[1], shape[3], shape[2], shape[0]},
                    new long[] {pixel, shape[3] * pixel, shape[2] * shape[3] * pixel},
                    new int[] {ROW_BYTES / type.bytes(), boxWidth, boxHeight, boxMaps});
        }

        /**
         * Boxes of some windows, one a row, and 128 bytes of what they hold.
         *
         * @param windows {@code [O, C, kH, kW]} with channels innermost: a row has C elements for each place of a window
         * @throws IllegalArgumentException if the copy engine cannot read the tensor
         */
        static Layout windows(NDArray windows, int boxWindows) {
            ScalarType type = requireHalf(windows);
            long count = windows.getShape().get(0);
            long elements = windows.getShape().size() / count;
            requirePixels(windows);
            return swizzled(
                    type,
                    TensorMemory.address(windows),
                    new long[] {elements, count},
                    new long[] {elements * type.bytes()},
                    new int[] {ROW_BYTES / type.bytes(), boxWindows});
        }

        private static void requirePixels(NDArray map) {
            long pixelBytes = map.getShape().get(1) * TensorMemory.type(map).bytes();
            if (!TensorMemory.isChannelsLast(map)
                    || pixelBytes % ALIGNED_BYTES != 0
                    || TensorMemory.address(map) % ALIGNED_BYTES != 0) {
                throw new IllegalArgumentException(
                        "boxes are read where channels are innermost and pixels begin at multiples of " + ALIGNED_BYTES
                                + " bytes, not of " + TensorMemory.type(map) + map.getShape() + " with strides "
                                + Arrays.toString(TensorMemory.strides(map)));
            }
        }

        /** Whether {@code [N, heads, L, d]} lies so that the copy engine can read rows of it. */
        static boolean reads(NDArray tensor) {
            long[] shape = tensor.getShape().getShape();
            long[] strides = TensorMemory.strides(tensor);
            int bytes = TensorMemory.type(tensor).bytes();
            boolean aligned = TensorMemory.address(tensor) % ALIGNED_BYTES == 0 && strides[3] == 1;
            for (int dimension : MIDDLE) {
                long step = strides[dimension] * bytes;
                aligned &= shape[dimension] == 1 || (step > 0 && step % ALIGNED_BYTES == 0);
            }
            return aligned;
        }

        private static Layout swizzled(ScalarType type, long address, long[] sizes, long[] strides, int[] box) {
            int[] every = new int[sizes.length];
            Arrays.fill(every, 1);
            return new Layout(
                    type == ScalarType.FLOAT16 ? FLOAT16 : BFLOAT16,
                    address,
                    sizes,
                    strides,
                    box,
                    every,
                    0,
                    SWIZZLE_128_BYTES,
                    PROMOTION_128_BYTES,
                    0);
        }

        private static ScalarType requireHalf(NDArray tensor) {
            ScalarType type = TensorMemory.type(tensor);
            if (type != ScalarType.FLOAT16 && type != ScalarType.BFLOAT16) {
                throw new IllegalArgumentException("boxes are read of float16 and bfloat16, not of " + type);
            }
            return type;
        }
    }

    Pointer pointer() {
        return aligned;
    }

    @Override
    public void close() {
        memory.close();
    }
}
