package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.diffusionjmh.libtorch.CudaKernel.Grid;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** Gates, sums and rearrangements: what reads each element once and writes it once. */
record PointwiseKernels(DeviceKernels kernels) {
    private static final long NULL = 0;

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

    /** {@code x + bias[:, None, None]}, with channels innermost. */
    NDArray bias(NDArray x, NDArray bias, NDManager scope) {
        DeviceKernels.requireSameType(x, bias);
        return sum(TensorMemory.channelsLast(x, scope), Optional.empty(), bias, scope);
    }

    /** {@code x + residual + bias[:, None, None]}, with channels innermost. */
    NDArray addBias(NDArray x, NDArray residual, NDArray bias, NDManager scope) {
        DeviceKernels.requireSameType(x, residual, bias);
        NDArray other = TensorMemory.channelsLast(residual, scope);
        return sum(TensorMemory.channelsLast(x, scope), Optional.of(other), bias, scope);
    }

    private NDArray sum(NDArray x, Optional<NDArray> residual, NDArray bias, NDManager scope) {
        ScalarType type = TensorMemory.type(x);
        NDArray offset = TensorMemory.contiguous(bias, scope);
        NDArray out = TensorMemory.emptyLike(x, scope);
        int channels = Math.toIntExact(offset.size());
        int count = Math.toIntExact(x.size());
        boolean wide = DeviceKernels.isWide(channels, type, x, residual.orElse(x), offset, out);
        kernels.kernel("add_bias", type)
                .launch(
                        packs(count, type, wide),
                        DeviceKernels.THREADS,
                        x,
                        residual.<Object>map(tensor -> tensor).orElse(NULL),
                        offset,
                        out,
                        count,
                        channels,
                        wide);
        return out;
    }

    /**
     * The pixels of four phases side by side, and their bias.
     *
     * @param phases {@code [N, 4 C, H + 1, W + 1]}
     * @param bias {@code [C]}
     * @return {@code [N, C, 2 H, 2 W]}: pixel (2y + a, 2x + b) is that of phase 2a + b at (y + a, x + b)
     */
    NDArray interleave(NDArray phases, NDArray bias, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(phases, bias);
        NDArray x = TensorMemory.channelsLast(phases, scope);
        NDArray offset = TensorMemory.contiguous(bias, scope);
        Shape shape = x.getShape();
        int channels = Math.toIntExact(offset.size());
        int height = Math.toIntExact(shape.get(2) - 1);
        int width = Math.toIntExact(shape.get(3) - 1);
        NDArray out =
                TensorMemory.emptyChannelsLast(type, new Shape(shape.get(0), channels, 2L * height, 2L * width), scope);
        boolean wide = DeviceKernels.isWide(channels, type, x, offset, out);
        int count = Math.toIntExact(out.size());
        kernels.kernel("interleave", type)
                .launch(
                        packs(count, type, wide),
                        DeviceKernels.THREADS,
                        x,
                        offset,
                        out,
                        count,
                        channels,
                        height,
                        width,
                        wide);
        return out;
    }

    /** A thread for each access. */
    private static Grid packs(int count, ScalarType type, boolean wide) {
        int pack = wide ? DeviceKernels.access(type) : 1;
        return new Grid((count / pack - 1) / DeviceKernels.THREADS + 1, 1);
    }
}
