package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.libtorch.CudaKernel.Grid;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** Gates, sums and the layer norms of sums: what reads each element once and writes it once. */
record PointwiseKernels(DeviceKernels kernels) {
    private static final int WARPS = DeviceKernels.THREADS / 32;

    /** {@code x[..., :C] * gelu(x[..., C:])}. */
    NDArray geglu(NDArray input, NDManager scope) {
        NDArray x = TensorMemory.contiguous(input, scope);
        ScalarType type = DeviceKernels.requireSameType(x);
        long[] sizes = x.getShape().getShape().clone();
        int half = Math.toIntExact(sizes[sizes.length - 1] / 2);
        sizes[sizes.length - 1] = half;
        NDArray out = TensorMemory.empty(type, new Shape(sizes), scope);
        boolean wide = DeviceKernels.isWide(half, type, x, out);
        int count = Math.toIntExact(out.size());
        kernels.kernel("geglu", type)
                .launch(packs(count, type, wide), DeviceKernels.THREADS, x, out, count, half, wide);
        return out;
    }

    /** x and {@code layer_norm(x)} of {@code x + residual}, stacked. */
    NDArray addLayerNorm(NDArray left, NDArray right, NDArray weight, NDArray bias, double eps, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(left, right, weight, bias);
        NDArray x = TensorMemory.contiguous(left, scope);
        NDArray residual = TensorMemory.contiguous(right, scope);
        NDArray factor = TensorMemory.contiguous(weight, scope);
        NDArray offset = TensorMemory.contiguous(bias, scope);
        int length = Math.toIntExact(factor.size());
        int rows = Math.toIntExact(x.size() / length);
        NDArray out = TensorMemory.empty(type, new Shape(2).addAll(x.getShape()), scope);
        boolean wide = DeviceKernels.isWide(length, type, x, residual, factor, offset, out);
        kernels.kernel("add_layer_norm", type)
                .launch(
                        new Grid((rows - 1) / WARPS + 1, 1),
                        DeviceKernels.THREADS,
                        x,
                        residual,
                        factor,
                        offset,
                        out,
                        rows,
                        length,
                        (float) eps,
                        wide);
        return out;
    }

    /** {@code x + residual + bias[:, None, None]}, with channels innermost. */
    NDArray addBias(NDArray left, NDArray right, NDArray bias, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(left, right, bias);
        NDArray x = TensorMemory.channelsLast(left, scope);
        NDArray residual = TensorMemory.channelsLast(right, scope);
        NDArray offset = TensorMemory.contiguous(bias, scope);
        NDArray out = TensorMemory.emptyLike(x, scope);
        int channels = Math.toIntExact(offset.size());
        int count = Math.toIntExact(x.size());
        boolean wide = DeviceKernels.isWide(channels, type, x, residual, offset, out);
        kernels.kernel("add_bias", type)
                .launch(
                        packs(count, type, wide),
                        DeviceKernels.THREADS,
                        x,
                        residual,
                        offset,
                        out,
                        count,
                        channels,
                        wide);
        return out;
    }

    /** A thread for each access. */
    private static Grid packs(int count, ScalarType type, boolean wide) {
        int pack = wide ? DeviceKernels.access(type) : 1;
        return new Grid((count / pack - 1) / DeviceKernels.THREADS + 1, 1);
    }
}
