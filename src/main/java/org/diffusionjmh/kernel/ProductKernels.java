package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.libtorch.CudaKernel;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMap;
import org.diffusionjmh.libtorch.TensorMemory;

/** The kernels of {@code gemm.cu} on one GPU. */
final class ProductKernels {
    /** Widths of tiles that kernels are compiled for: the widest that fits, and one that leaves less of the GPU idle at small products. */
    static final List<Integer> TILES = List.of(128, 80);

    private static final String SOURCE = "/kernels/gemm.cu";

    /** The source's names of the types that it knows. */
    private static final Map<ScalarType, String> TYPES =
            Map.of(ScalarType.FLOAT16, "Half", ScalarType.BFLOAT16, "Bfloat16");

    /** {@code cluster} in the source: blocks that take a tile of the weight together. */
    private static final int CLUSTER = 2;

    /** {@code block_rows} in the source. */
    private static final int ROWS = 128;

    /** Three groups of 128: one copies, two multiply. */
    private static final int THREADS = 384;

    /** {@code shared_bytes} in the source: all that a block can have. */
    private static final int SHARED_BYTES = 227 * 1024;

    /** Elements of a 16-byte access. */
    private static final int ACCESS = 8;

    private final int multiprocessors;
    private final HopperKernels<Variant> kernels;

    private record Variant(ScalarType type, int tile) {}

    /**
     * @param architecture compute capability of the device times ten
     */
    ProductKernels(Device device, int architecture, int multiprocessors) {
        this.multiprocessors = multiprocessors;
        this.kernels = new HopperKernels<>(device, architecture, ProductKernels::source);
    }

    /** Keeps all that are compiled, and that will be, until another place is named. */
    void keepIn(Artifacts place) {
        kernels.keepIn(place);
    }

    /** Whether they run on the device. */
    boolean areThere() {
        return kernels.areThere();
    }

    /** Whether there is one for a product: what is read and written at a time must not cross a row's end. */
    static boolean fit(ScalarType type, long depth, long columns) {
        return TYPES.containsKey(type) && depth % ACCESS == 0 && columns % ACCESS == 0;
    }

    /**
     * {@code (x Wv^T + bv) * gelu(x Wg^T + bg)}, of which Wv and bv are the first halves of weight and bias.
     *
     * @param input {@code [..., in]}
     * @param weight {@code [2 C, in]}
     * @param bias {@code [2 C]}
     * @param tile one of {@link #TILES}
     * @return {@code [..., C]}
     * @throws IllegalStateException if they do not run on the device
     * @throws IllegalArgumentException if there is none for these arguments
     */
    NDArray linearGeglu(NDArray input, NDArray weight, NDArray bias, int tile, NDManager scope) {
        ScalarType type = DeviceKernels.requireSameType(input, weight, bias);
        long columns = weight.getShape().get(0) / 2;
        long depth = weight.getShape().get(1);
        if (!fit(type, depth, columns) || !TILES.contains(tile)) {
            throw new IllegalArgumentException("linear_geglu: no kernel for a weight " + type + weight.getShape()
                    + " in tiles of " + tile + "; there are some for " + TYPES.keySet() + " in tiles of " + TILES
                    + ", of sizes that " + ACCESS + " divides");
        }
        NDArray x = aligned(input, scope);
        NDArray factors = aligned(weight, scope);
        NDArray offsets = aligned(bias, scope);
        Shape shape = x.getShape();
        int rows = Math.toIntExact(shape.size() / depth);
        NDArray out =
                TensorMemory.empty(type, shape.slice(0, shape.dimension() - 1).add(columns), scope);
        CudaKernel kernel = kernels.of(new Variant(type, tile));
        try (TensorMap boxes = kernel.tensorMap(x, ROWS);
                TensorMap factorBoxes = kernel.tensorMap(factors, tile)) {
            kernel.launch(
                    grid(rows, columns, tile),
                    THREADS,
                    boxes,
                    factorBoxes,
                    offsets,
                    out,
                    rows,
                    Math.toIntExact(columns),
                    Math.toIntExact(depth));
        }
        return out;
    }

    /** A tensor without gaps at an address where 16-byte accesses may begin: itself, or a copy. */
    private static NDArray aligned(NDArray tensor, NDManager scope) {
        NDArray dense = TensorMemory.contiguous(tensor, scope);
        ScalarType type = TensorMemory.type(dense);
        return DeviceKernels.isWide(ACCESS, type, dense) ? dense : TensorMemory.copy(dense, type, scope);
    }

    private static HopperKernels.Source source(Variant variant) {
        String name = variant.type().name().toLowerCase(Locale.ROOT);
        String wanted = "KERNEL(%s, %s, %d)%n".formatted(TYPES.get(variant.type()), name, variant.tile());
        return new HopperKernels.Source(
                SOURCE.substring(1),
                DeviceKernels.source(HopperKernels.PRODUCTS) + DeviceKernels.source(SOURCE) + wanted,
                "linear_geglu_%d_%s".formatted(variant.tile(), name),
                SHARED_BYTES);
    }

    /** A cluster for each tile, but no more of them than run at once: a cluster goes on to further tiles. */
    private CudaKernel.Grid grid(int rows, long columns, int tile) {
        long tiles = ceil(rows, CLUSTER * ROWS) * ceil(columns, tile);
        return new CudaKernel.Grid(CLUSTER * (int) Math.min(tiles, multiprocessors / CLUSTER), 1);
    }

    private static long ceil(long dividend, long divisor) {
        return (dividend - 1) / divisor + 1;
    }
}
