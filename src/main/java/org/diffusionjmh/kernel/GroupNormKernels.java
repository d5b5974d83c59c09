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
 * Group norms, in either layout: the result has that of the argument. There are two passes: sums of every chunk, which stays in the L2
 * cache, then the norm of every chunk.
 */
record GroupNormKernels(DeviceKernels kernels) {
    private static final String PIXEL_SUMS = "pixel_norm_sums";
    private static final String PIXEL_NORM = "pixel_norm_apply";

    /** {@code group_norm(x)}. */
    NDArray norm(NDArray x, NDArray weight, NDArray bias, GroupNormOptions options, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(x, weight, bias);
        return pixelSplit(x, type, options)
                .map(split -> pixelNorm(PixelMap.of(x), type, weight, bias, options, split, scope))
                .orElseGet(() -> rowNorm(x, weight, bias, options, scope));
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
        return pixelNorm(PixelMap.of(x).shifted(shift, scope), type, weight, bias, options, split.get(), scope);
    }

    /** {@code group_norm(concat([x, y], 1))}, with channels innermost where whole 16-byte accesses lie in x or in y. */
    NDArray concatNorm(NDArray x, NDArray y, NDArray weight, NDArray bias, GroupNormOptions options, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(x, y, weight, bias);
        PixelMap map = PixelMap.concatenation(x, y, scope);
        Optional<PixelNormSplit> split = map.isWide(type) ? split(map.shape(), type, options) : Optional.empty();
        return split.map(found -> pixelNorm(map, type, weight, bias, options, found, scope))
                .orElseGet(() -> rowNorm(x.concat(y, 1), weight, bias, options, scope));
    }

    private Optional<PixelNormSplit> pixelSplit(NDArray x, ScalarType type, GroupNormOptions options) {
        boolean possible = TensorMemory.isChannelsLast(x) && PixelMap.of(x).isWide(type);
        return possible ? split(x.getShape(), type, options) : Optional.empty();
    }

    private Optional<PixelNormSplit> split(Shape shape, ScalarType type, GroupNormOptions options) {
        int blocks = Math.min(
                kernels.kernel(PIXEL_SUMS, type).blocksAtOnce(DeviceKernels.THREADS),
                kernels.kernel(PIXEL_NORM, type).blocksAtOnce(DeviceKernels.THREADS));
        return PixelNormSplit.of(shape, options.groups(), DeviceKernels.access(type), blocks);
    }

    private NDArray pixelNorm(
            PixelMap map,
            ScalarType type,
            NDArray weight,
            NDArray bias,
            GroupNormOptions options,
            PixelNormSplit split,
            NDManager scope) {
        int samples = Math.toIntExact(map.shape().get(0));
        NDArray out = TensorMemory.emptyChannelsLast(type, map.shape(), scope);
        Object[] source = map.arguments();
        Object[] norm = {
            TensorMemory.contiguous(weight, scope), TensorMemory.contiguous(bias, scope), out,
        };
        Object[] slab = {
            split.channels(), split.width(), split.slabs(), split.group(), split.pixels(), split.chunk(),
        };
        Object[] function = {(float) options.eps(), options.silu()};
        NDArray sums = TensorMemory.empty(
                ScalarType.FLOAT32, new Shape((long) samples * options.groups(), split.chunks(), 2), scope);
        Object[] partial = {sums};
        Grid grid = new Grid(samples * split.slabs(), split.chunks());
        kernels.kernel(PIXEL_SUMS, type).launch(grid, DeviceKernels.THREADS, joined(source, partial, slab));
        kernels.kernel(PIXEL_NORM, type)
                .launch(grid, DeviceKernels.THREADS, joined(source, partial, norm, slab, function));
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
