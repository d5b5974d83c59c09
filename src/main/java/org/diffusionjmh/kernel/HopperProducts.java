package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.diffusionjmh.libtorch.CudaKernel;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** What the kernels have in common that stand behind {@code hopper.cuh}. */
final class HopperProducts {
    /** {@code cluster} in the source: blocks that take a tile of the weight together. */
    static final int CLUSTER = 2;

    /** {@code group_rows} in the source: rows of a group of threads. */
    static final int GROUP_ROWS = 64;

    /** Elements of a 16-byte access. */
    static final int ACCESS = 8;

    private static final String SOURCE = "/kernels/hopper.cuh";

    /** {@code group_threads} in the source. */
    private static final int GROUP_THREADS = 128;

    /** {@code shared_bytes} in the source: all that a block can have. */
    private static final int SHARED_BYTES = 227 * 1024;

    /** The source's names of the types that it knows. */
    private static final Map<ScalarType, String> TYPES =
            Map.of(ScalarType.FLOAT16, "Half", ScalarType.BFLOAT16, "Bfloat16");

    private HopperProducts() {}

    /** The types that there are kernels for. */
    static Set<ScalarType> types() {
        return TYPES.keySet();
    }

    /** Whether there is one for a product: what is read and written at a time must not cross a row's end. */
    static boolean fit(ScalarType type, long depth, long columns) {
        return TYPES.containsKey(type) && depth % ACCESS == 0 && columns % ACCESS == 0;
    }

    /**
     * A program with one kernel.
     *
     * @param file the resource that stands behind the common source
     * @param kernel the kernel's name, but for the type
     * @param arguments what the file's macro takes besides the type
     */
    static HopperKernels.Source source(String file, String kernel, ScalarType type, String arguments) {
        String name = type.name().toLowerCase(Locale.ROOT);
        String wanted = "KERNEL(%s, %s, %s)%n".formatted(TYPES.get(type), name, arguments);
        return new HopperKernels.Source(
                file.substring(1),
                DeviceKernels.source(SOURCE) + DeviceKernels.source(file) + wanted,
                kernel + "_" + name,
                SHARED_BYTES);
    }

    /** A tensor without gaps at an address where 16-byte accesses may begin: itself, or a copy. */
    static NDArray aligned(NDArray tensor, NDManager scope) {
        NDArray dense = TensorMemory.contiguous(tensor, scope);
        ScalarType type = TensorMemory.type(dense);
        return DeviceKernels.isWide(ACCESS, type, dense) ? dense : TensorMemory.copy(dense, type, scope);
    }

    /** A cluster for each tile, but no more of them than run at once: a cluster goes on to further tiles. */
    static CudaKernel.Grid grid(long tiles, int multiprocessors) {
        return new CudaKernel.Grid(CLUSTER * (int) Math.min(tiles, multiprocessors / CLUSTER), 1);
    }

    /** Threads of a block: one group copies, the others multiply its rows. */
    static int threads(int rows) {
        return (rows / GROUP_ROWS + 1) * GROUP_THREADS;
    }

    /** How many parts of a size cover a whole of at least one. */
    static long ceil(long whole, long part) {
        return (whole - 1) / part + 1;
    }
}
