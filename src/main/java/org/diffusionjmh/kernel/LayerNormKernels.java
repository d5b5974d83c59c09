package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.diffusionjmh.libtorch.CudaKernel.Grid;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** Layer norms, alone and with the sum before them. */
record LayerNormKernels(DeviceKernels kernels) {
    private static final int WARP = 32;

    /** Warps that a multiprocessor should get at least before blocks become larger. */
    private static final int WARPS_PER_MULTIPROCESSOR = 16;

    private static final long NULL = 0;

    /**
     * Factor and offset of a norm.
     *
     * @param weight {@code [C]}
     * @param bias {@code [C]}
     */
    record Affine(NDArray weight, NDArray bias, double eps) {
        private Affine contiguous(NDManager scope) {
            return new Affine(TensorMemory.contiguous(weight, scope), TensorMemory.contiguous(bias, scope), eps);
        }

        private int length() {
            return Math.toIntExact(weight.size());
        }
    }

    /** {@code layer_norm(x)}. */
    NDArray norm(NDArray input, Affine parameters, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(input, parameters.weight, parameters.bias);
        NDArray x = TensorMemory.contiguous(input, scope);
        Affine affine = parameters.contiguous(scope);
        int rows = Math.toIntExact(x.size() / affine.length());
        NDArray out = TensorMemory.empty(type, x.getShape(), scope);
        boolean wide = DeviceKernels.isWide(affine.length(), type, x, affine.weight, affine.bias, out);
        kernels.kernel("layer_norm", type)
                .launch(
                        grid(rows),
                        threads(rows),
                        x,
                        affine.weight,
                        affine.bias,
                        out,
                        rows,
                        affine.length(),
                        (float) affine.eps,
                        wide);
        return out;
    }

    /**
     * A sum, and behind its rows the layer norm of some of them.
     *
     * @param left {@code [n, ..., C]}
     * @param right {@code [N, ..., C]}
     * @param padding what is added where {@code left} has no row, {@code [C]}; needed if n is less than N
     * @return {@code [N + count, ..., C]}
     */
    NDArray normOfSum(
            NDArray left,
            NDArray right,
            Optional<NDArray> padding,
            Affine parameters,
            LayerNormRows rows,
            NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(left, right, parameters.weight, parameters.bias);
        NDArray x = TensorMemory.contiguous(left, scope);
        NDArray residual = TensorMemory.contiguous(right, scope);
        Optional<NDArray> pad = padding.map(vector -> TensorMemory.contiguous(vector, scope));
        pad.ifPresent(vector -> DeviceKernels.requireSameType(x, vector));
        Affine affine = parameters.contiguous(scope);
        int length = affine.length();
        Shape shape = residual.getShape();
        NDArray out = TensorMemory.empty(type, new Shape(shape.get(0) + rows.count()).addAll(shape.slice(1)), scope);
        boolean wide = DeviceKernels.isWide(length, type, x, residual, pad.orElse(x), affine.weight, affine.bias, out);
        int vectors = Math.toIntExact(residual.size() / length);
        int perRow = Math.toIntExact(vectors / shape.get(0));
        kernels.kernel("add_layer_norm", type)
                .launch(
                        grid(vectors),
                        threads(vectors),
                        x,
                        residual,
                        pad.<Object>map(vector -> vector).orElse(NULL),
                        affine.weight,
                        affine.bias,
                        out,
                        vectors,
                        Math.toIntExact(rows.before() * perRow),
                        Math.toIntExact(x.size() / length),
                        Math.toIntExact(rows.first() * perRow),
                        Math.toIntExact(rows.count() * perRow),
                        length,
                        (float) affine.eps,
                        wide);
        return out;
    }

    /** A warp for each vector: two a block as long as there are few, so that all multiprocessors have some. */
    private int threads(int vectors) {
        return vectors <= WARPS_PER_MULTIPROCESSOR * kernels.multiprocessors() ? 2 * WARP : DeviceKernels.THREADS / 2;
    }

    private Grid grid(int vectors) {
        return new Grid((vectors - 1) / (threads(vectors) / WARP) + 1, 1);
    }
}
