package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import org.diffusionjmh.libtorch.CudaKernel.Grid;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Group norms, in either layout: the result has that of the argument. Small maps with channels innermost
 * take one launch; else there are two passes: sums of every chunk, which stays in the L2 cache, then the norm of every chunk.
 */
record GroupNormKernels(DeviceKernels kernels) {
    private static final long NULL = 0;

    /** {@code group_norm(x)}. */
    NDArray norm(NDArray x, NDArray weight, NDArray bias, GroupNormOptions options, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(x, weight, bias);
        Optional<PixelNormSplit> split = pixelSplit(x, type, options);
        return split.isPresent()
                ? pixelNorm(x, NULL, 0, weight, bias, options, split.get(), scope)
                : rowNorm(x, weight, bias, options, scope);
    }

    /** {@code group_norm(x + shift[:, :, None, None])}, shift {@code [N, C]}. */
    NDArray shiftedNorm(
            NDArray x, NDArray shift, NDArray weight, NDArray bias, GroupNormOptions options, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(x, shift, weight, bias);
        Optional<PixelNormSplit> split = pixelSplit(x, type, options);
        if (split.isEmpty()) {
            Shape perChannel =
                    new Shape(shift.getShape().get(0), shift.getShape().get(1), 1, 1);
            NDArray dense = TensorMemory.contiguous(shift, scope).reshape(perChannel);
            return rowNorm(x.add(dense), weight, bias, options, scope);
        }
        boolean rows = shift.getShape().get(1) == 1 || TensorMemory.strides(shift)[1] == 1;
        NDArray readable = rows ? shift : TensorMemory.contiguous(shift, scope);
        int stride = Math.toIntExact(TensorMemory.strides(readable)[0]);
        return pixelNorm(x, readable, stride, weight, bias, options, split.get(), scope);
    }

    private Optional<PixelNormSplit> pixelSplit(NDArray x, ScalarType type, GroupNormOptions options) {
        boolean possible = TensorMemory.isChannelsLast(x)
                && DeviceKernels.isWide(x.getShape().get(1), type, x);
        if (!possible) {
            return Optional.empty();
        }
        int access = DeviceKernels.access(type);
        return PixelNormSplit.ofSmall(x.getShape(), options.groups(), access)
                .or(() -> PixelNormSplit.of(x.getShape(), options.groups(), access, kernels.multiprocessors()));
    }

    @SuppressWarnings("ParameterNumber") // the kernel's
    private NDArray pixelNorm(
            NDArray x,
            Object shift,
            int stride,
            NDArray weight,
            NDArray bias,
            GroupNormOptions options,
            PixelNormSplit split,
            NDManager scope) {
        ScalarType type = TensorMemory.type(x);
        int samples = Math.toIntExact(x.getShape().get(0));
        NDArray out = TensorMemory.emptyLike(x, scope);
        Object[] norm = {
            TensorMemory.contiguous(weight, scope), TensorMemory.contiguous(bias, scope), out,
        };
        Object[] slab = {
            split.channels(), split.width(), split.slabs(), split.group(), split.pixels(), split.chunk(),
        };
        Object[] function = {(float) options.eps(), options.silu()};
        Object[] map = {x, shift, stride};
        if (split.takesOneLaunch()) {
            kernels.kernel("pixel_norm", type)
                    .launch(
                            new Grid(samples * split.slabs(), 1),
                            PixelNormSplit.MANY_THREADS,
                            joined(map, norm, slab, function));
            return out;
        }
        NDArray sums = TensorMemory.empty(
                ScalarType.FLOAT32, new Shape((long) samples * options.groups(), split.chunks(), 2), scope);
        Object[] partial = {sums};
        Grid grid = new Grid(samples * split.slabs(), split.chunks());
        kernels.kernel("pixel_norm_sums", type).launch(grid, DeviceKernels.THREADS, joined(map, partial, slab));
        kernels.kernel("pixel_norm_apply", type)
                .launch(grid, DeviceKernels.THREADS, joined(map, partial, norm, slab, function));
        return out;
    }

    private static Object[] joined(Object[]... arguments) {
        return Arrays.stream(arguments).flatMap(Arrays::stream).toArray();
    }

    private NDArray rowNorm(NDArray input, NDArray weight, NDArray bias, GroupNormOptions options, NDManager scope) {
        NDArray x = TensorMemory.contiguous(input, scope);
        ScalarType type = TensorMemory.type(x);
        GroupNormSplit split = GroupNormSplit.of(x.getShape(), options.groups(), kernels.multiprocessors());
        NDArray out = TensorMemory.empty(type, x.getShape(), scope);
        NDArray sums = TensorMemory.empty(ScalarType.FLOAT32, new Shape(split.rows(), split.chunks(), 2), scope);
        boolean wide = DeviceKernels.isWide(split.spatial(), type, x, out);
        Grid grid = new Grid(split.rows(), split.chunks());
        kernels.kernel("group_norm_sums", type)
                .launch(grid, DeviceKernels.THREADS, x, sums, split.length(), split.chunk(), wide);
        kernels.kernel("group_norm_apply", type)
                .launch(
                        grid,
                        DeviceKernels.THREADS,
                        x,
                        sums,
                        TensorMemory.contiguous(weight, scope),
                        TensorMemory.contiguous(bias, scope),
                        out,
                        split.length(),
                        split.chunk(),
                        split.spatial(),
                        options.groups(),
                        (float) options.eps(),
                        options.silu(),
                        wide);
        return out;
    }
}
