package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * A feature map with channels innermost that a group norm reads; {@code Map} in the source. It may be the concatenation of two, and
 * something may be added to it, neither of which is in memory as a whole.
 *
 * @param x {@code [N, C1, H, W]} with channels innermost
 * @param y {@code [N, C2, H, W]}, likewise, whose channels follow those of x
 * @param shift {@code [N, C1 + C2]}, the elements of a row side by side: added to every pixel
 */
record PixelMap(NDArray x, Optional<NDArray> y, Optional<NDArray> shift) {
    private static final long NULL = 0;
    private static final int RANK = 4;

    static PixelMap of(NDArray x) {
        return new PixelMap(x, Optional.empty(), Optional.empty());
    }

    /**
     * Two maps as one.
     *
     * @param scope owner of copies, if there have to be any
     * @throws IllegalArgumentException if they differ in more than their channels
     */
    static PixelMap concatenation(NDArray x, NDArray y, NDManager scope) {
        Shape other = y.getShape();
        boolean fits = other.dimension() == RANK
                && x.getShape().equals(new Shape(other.get(0), channels(x), other.get(2), other.get(3)));
        if (!fits) {
            throw new IllegalArgumentException(x.getShape() + " and " + other
                    + " cannot be concatenated, want feature maps [N, C, H, W] that differ in their channels alone");
        }
        return new PixelMap(
                TensorMemory.channelsLast(x, scope),
                Optional.of(TensorMemory.channelsLast(y, scope)),
                Optional.empty());
    }

    /**
     * The same map with a shift.
     *
     * @param rows {@code [N, C]}
     * @param scope owner of a copy, if there has to be one
     */
    PixelMap shifted(NDArray rows, NDManager scope) {
        boolean readable = rows.getShape().get(1) == 1 || TensorMemory.strides(rows)[1] == 1;
        return new PixelMap(x, y, Optional.of(readable ? rows : TensorMemory.contiguous(rows, scope)));
    }

    Shape shape() {
        Shape first = x.getShape();
        return new Shape(first.get(0), channels(x) + y.map(PixelMap::channels).orElse(0L), first.get(2), first.get(3));
    }

    /** Whether each 16-byte access of channels is aligned and stays in one of the tensors. */
    boolean isWide(ScalarType type) {
        return DeviceKernels.isWide(channels(x), type, x)
                && y.map(map -> DeviceKernels.isWide(channels(map), type, map)).orElse(true);
    }

    /** The kernels' first arguments. */
    Object[] arguments() {
        return new Object[] {
            x,
            y.<Object>map(tensor -> tensor).orElse(NULL),
            Math.toIntExact(channels(x)),
            shift.<Object>map(tensor -> tensor).orElse(NULL),
            Math.toIntExact(shift.map(rows -> TensorMemory.strides(rows)[0]).orElse(0L)),
        };
    }

    private static long channels(NDArray map) {
        return map.getShape().get(1);
    }
}
