package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.diffusionjmh.libtorch.CudaKernel;
import org.diffusionjmh.libtorch.CudaKernel.Grid;
import org.diffusionjmh.libtorch.CudaKernels;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** The kernels of {@code fused.cu} on one GPU. */
final class DeviceKernels {
    private static final String SOURCE = "/kernels/fused.cu";

    /** {@code threads} in the source. */
    private static final int THREADS = 256;

    private static final int WIDE_BYTES = 16;

    private static final Set<ScalarType> TYPES = Set.of(ScalarType.FLOAT32, ScalarType.FLOAT16, ScalarType.BFLOAT16);

    private final CudaKernels kernels;
    private final Map<String, CudaKernel> byName = new ConcurrentHashMap<>();

    private DeviceKernels(CudaKernels kernels) {
        this.kernels = kernels;
    }

    /** Compiles them; throws {@link IllegalStateException} where that is not possible. */
    static DeviceKernels compile(Device device) {
        return new DeviceKernels(CudaKernels.compile(source(), SOURCE.substring(1), device));
    }

    static String source() {
        try (InputStream file = DeviceKernels.class.getResourceAsStream(SOURCE)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Two passes: sums of every chunk, which stay in the L2 cache, then the norm of every chunk. */
    NDArray groupNorm(NDArray input, NDArray weight, NDArray bias, GroupNormOptions options, NDManager scope) {
        NDArray x = TensorMemory.contiguous(input, scope);
        ScalarType type = requireSameType(x, weight, bias);
        GroupNormSplit split = GroupNormSplit.of(x.getShape(), options.groups(), kernels.multiprocessors());
        NDArray out = TensorMemory.empty(type, x.getShape(), scope);
        NDArray sums = TensorMemory.empty(ScalarType.FLOAT32, new Shape(split.rows(), split.chunks(), 2), scope);
        boolean wide = isWide(split.spatial(), type, x, out);
        Grid grid = new Grid(split.rows(), split.chunks());
        kernel("group_norm_sums", type).launch(grid, THREADS, x, sums, split.length(), split.chunk(), wide);
        kernel("group_norm_apply", type)
                .launch(
                        grid,
                        THREADS,
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

    NDArray geglu(NDArray input, NDManager scope) {
        NDArray x = TensorMemory.contiguous(input, scope);
        ScalarType type = requireSameType(x);
        long[] sizes = x.getShape().getShape().clone();
        int half = Math.toIntExact(sizes[sizes.length - 1] / 2);
        sizes[sizes.length - 1] = half;
        NDArray out = TensorMemory.empty(type, new Shape(sizes), scope);
        boolean wide = isWide(half, type, x, out);
        int count = Math.toIntExact(out.size());
        int pack = wide ? WIDE_BYTES / type.bytes() : 1;
        Grid grid = new Grid((count / pack - 1) / THREADS + 1, 1);
        kernel("geglu", type).launch(grid, THREADS, x, out, count, half, wide);
        return out;
    }

    private CudaKernel kernel(String name, ScalarType type) {
        return byName.computeIfAbsent(name + "_" + type.name().toLowerCase(Locale.ROOT), kernels::kernel);
    }

    private static ScalarType requireSameType(NDArray x, NDArray... others) {
        ScalarType type = TensorMemory.type(x);
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("no kernel for " + type + "; there are some for " + TYPES);
        }
        for (NDArray other : others) {
            if (TensorMemory.type(other) != type) {
                throw new IllegalArgumentException("a weight is " + TensorMemory.type(other) + ", want " + type);
            }
        }
        return type;
    }

    /** Whether 16-byte accesses are aligned and stay in rows of some elements. */
    private static boolean isWide(long row, ScalarType type, NDArray... tensors) {
        boolean wide = row * type.bytes() % WIDE_BYTES == 0;
        for (NDArray tensor : tensors) {
            wide &= TensorMemory.address(tensor) % WIDE_BYTES == 0;
        }
        return wide;
    }
}
