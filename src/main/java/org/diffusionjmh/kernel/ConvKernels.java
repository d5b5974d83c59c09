package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.libtorch.CudaKernel;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMap;
import org.diffusionjmh.libtorch.TensorMemory;

/** The kernels of {@code conv.cu} on one GPU. */
final class ConvKernels {
    private static final String SOURCE = "/kernels/conv.cu";

    /** The source's names of the types that it knows. */
    private static final Map<ScalarType, String> TYPES =
            Map.of(ScalarType.FLOAT16, "Half", ScalarType.BFLOAT16, "Bfloat16");

    private static final long NULL = 0;
    private static final int GROUP_THREADS = 128;

    /** {@code shared_bytes} in the source: all that a block can have. */
    private static final int SHARED_BYTES = 227 * 1024;

    /** Elements of a 16-byte access. */
    private static final int ACCESS = 8;

    private final int multiprocessors;
    private final HopperKernels<Variant> kernels;

    private record Variant(ScalarType type, ConvTile tile) {}

    /**
     * @param architecture compute capability of the device times ten
     */
    ConvKernels(Device device, int architecture, int multiprocessors) {
        this.multiprocessors = multiprocessors;
        this.kernels = new HopperKernels<>(device, architecture, ConvKernels::source);
    }

    /** Keeps all that are compiled, and that will be, until another place is named. */
    void keepIn(Artifacts place) {
        kernels.keepIn(place);
    }

    /**
     * The tiles that may be the fastest, best guess first.
     *
     * @param result sizes of a convolution's result, {@code [N, O, H, W]}
     */
    List<ConvTile> worthTrying(Shape result) {
        return kernels.areThere()
                ? ConvTiles.worthTrying(maps(result), Math.toIntExact(result.get(1)), multiprocessors)
                : List.of();
    }

    /** Whether there is one for a convolution: what is read and written at a time must not go over to the next pixel. */
    static boolean fit(ScalarType type, long depth, long columns) {
        return TYPES.containsKey(type) && depth % ACCESS == 0 && columns % ACCESS == 0;
    }

    /** Compiles those of some tiles, all at once. */
    void compile(ScalarType type, Collection<ConvTile> tiles) {
        tiles.parallelStream().forEach(tile -> kernels.of(new Variant(type, tile)));
    }

    /**
     * {@code conv(x, weight) + bias + residual}, with channels innermost in memory.
     *
     * @throws IllegalStateException if they do not run on the device
     * @throws IllegalArgumentException if there is none for these arguments
     */
    NDArray convolve(Convolution convolution, ConvTile tile, NDManager scope) {
        convolution.requireFit();
        ScalarType type = DeviceKernels.requireSameType(convolution.x(), convolution.weight());
        convolution.bias().ifPresent(bias -> DeviceKernels.requireSameType(convolution.x(), bias));
        convolution.residual().ifPresent(residual -> DeviceKernels.requireSameType(convolution.x(), residual));
        Shape window = convolution.weight().getShape();
        Shape result = convolution.result();
        if (!fit(type, window.get(1), result.get(1)) || !ConvTiles.ALL.contains(tile)) {
            throw new IllegalArgumentException("conv: no kernel for a weight " + type + window + " in tiles of " + tile
                    + "; there are some for " + TYPES.keySet() + " in tiles of " + ConvTiles.ALL
                    + ", of channels that " + ACCESS + " divides");
        }
        NDArray x = maps(convolution.x(), scope);
        NDArray weight = maps(convolution.weight(), scope);
        NDArray out = TensorMemory.emptyChannelsLast(type, result, scope);
        PixelBox.Maps maps = maps(convolution.phase());
        PixelBox box = PixelBox.of(tile.rows(), maps);
        CudaKernel kernel = kernels.of(new Variant(type, tile));
        try (TensorMap pixels = kernel.pixelMap(x, box.width(), box.height(), box.batches());
                TensorMap factors = kernel.windowMap(weight, tile.columns() / ConvTiles.CLUSTER)) {
            kernel.launch(
                    grid(tile, maps, convolution),
                    (tile.rows() / ConvTiles.GROUP_ROWS + 1) * GROUP_THREADS,
                    pixels,
                    factors,
                    convolution.bias().<Object>map(bias -> aligned(bias, scope)).orElse(NULL),
                    convolution
                            .residual()
                            .<Object>map(residual -> maps(residual, scope))
                            .orElse(NULL),
                    out,
                    maps.batches(),
                    maps.height(),
                    maps.width(),
                    convolution.phases(),
                    Math.toIntExact(result.get(1)),
                    Math.toIntExact(window.get(1)),
                    Math.toIntExact(window.get(2)),
                    convolution.padding(),
                    box.width(),
                    box.height());
        }
        return out;
    }

    private static PixelBox.Maps maps(Shape result) {
        return new PixelBox.Maps(
                Math.toIntExact(result.get(0)), Math.toIntExact(result.get(2)), Math.toIntExact(result.get(3)));
    }

    /** A tensor with channels innermost, at an address where 16-byte accesses may begin: itself, or a copy. */
    private static NDArray maps(NDArray tensor, NDManager scope) {
        NDArray dense = TensorMemory.channelsLast(tensor, scope);
        ScalarType type = TensorMemory.type(dense);
        if (DeviceKernels.isWide(ACCESS, type, dense)) {
            return dense;
        }
        NDArray copy = TensorMemory.emptyChannelsLast(type, dense.getShape(), scope);
        TensorMemory.copyInto(copy, dense);
        return copy;
    }

    private static NDArray aligned(NDArray row, NDManager scope) {
        NDArray dense = TensorMemory.contiguous(row, scope);
        ScalarType type = TensorMemory.type(dense);
        return DeviceKernels.isWide(ACCESS, type, dense) ? dense : TensorMemory.copy(dense, type, scope);
    }

    private static HopperKernels.Source source(Variant variant) {
        ConvTile tile = variant.tile();
        String name = variant.type().name().toLowerCase(Locale.ROOT);
        String wanted = "KERNEL(%s, %s, %d, %d, %d)%n"
                .formatted(
                        TYPES.get(variant.type()),
                        name,
                        tile.rows() / ConvTiles.GROUP_ROWS,
                        tile.rows(),
                        tile.columns());
        return new HopperKernels.Source(
                SOURCE.substring(1),
                DeviceKernels.source(HopperKernels.PRODUCTS) + DeviceKernels.source(SOURCE) + wanted,
                "conv_%d_%d_%s".formatted(tile.rows(), tile.columns(), name),
                SHARED_BYTES);
    }

    /** A cluster for each tile, but no more of them than run at once: a cluster goes on to further tiles. */
    private CudaKernel.Grid grid(ConvTile tile, PixelBox.Maps maps, Convolution convolution) {
        int columns = Math.toIntExact(convolution.result().get(1));
        long clusters = convolution.phases() * ConvTiles.clusters(tile, maps, columns);
        return new CudaKernel.Grid(
                ConvTiles.CLUSTER * (int) Math.min(clusters, multiprocessors / ConvTiles.CLUSTER), 1);
    }
}
