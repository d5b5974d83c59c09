package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.concurrent.Executor;
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

    /** {@code block_rows} in the source. */
    private static final int ROWS = 2 * HopperProducts.GROUP_ROWS;

    private final int multiprocessors;
    private final HopperKernels<Variant> kernels;

    private record Variant(ScalarType type, int tile) {}

    /**
     * @param architecture compute capability of the device times ten
     * @param early compiles kernels that are expected to be needed
     */
    ProductKernels(Device device, int architecture, int multiprocessors, Executor early) {
        this.multiprocessors = multiprocessors;
        this.kernels = new HopperKernels<>(device, architecture, early, ProductKernels::source);
    }

    /** Keeps all that are compiled, and that will be, until another place is named. */
    void keepIn(Artifacts place) {
        kernels.keepIn(place);
    }

    /** Compiles the kernels of all tiles beside other work. */
    void expect(ScalarType type) {
        if (HopperProducts.types().contains(type)) {
            TILES.forEach(tile -> kernels.expect(new Variant(type, tile)));
        }
    }

    /** Whether they run on the device. */
    boolean areThere() {
        return kernels.areThere();
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
        if (!HopperProducts.fit(type, depth, columns) || !TILES.contains(tile)) {
            throw new IllegalArgumentException("linear_geglu: no kernel for a weight " + type + weight.getShape()
                    + " in tiles of " + tile + "; there are some for " + HopperProducts.types() + " in tiles of "
                    + TILES
                    + ", of sizes that " + HopperProducts.ACCESS + " divides");
        }
        NDArray x = HopperProducts.aligned(input, scope);
        NDArray factors = HopperProducts.aligned(weight, scope);
        NDArray offsets = HopperProducts.aligned(bias, scope);
        Shape shape = x.getShape();
        int rows = Math.toIntExact(shape.size() / depth);
        NDArray out =
                TensorMemory.empty(type, shape.slice(0, shape.dimension() - 1).add(columns), scope);
        CudaKernel kernel = kernels.of(new Variant(type, tile));
        try (TensorMap boxes = kernel.tensorMap(x, ROWS);
                TensorMap factorBoxes = kernel.tensorMap(factors, tile)) {
            kernel.launch(
                    grid(rows, columns, tile),
                    HopperProducts.threads(ROWS),
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

    private static HopperKernels.Source source(Variant variant) {
        String tile = String.valueOf(variant.tile());
        return HopperProducts.source(SOURCE, "linear_geglu_" + tile, variant.type(), tile);
    }

    private CudaKernel.Grid grid(int rows, long columns, int tile) {
        long tiles = HopperProducts.ceil(rows, HopperProducts.CLUSTER * ROWS) * HopperProducts.ceil(columns, tile);
        return HopperProducts.grid(tiles, multiprocessors);
    }
}
