package org.diffusionjmh.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.libtorch.CudaKernel;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMap;
import org.diffusionjmh.libtorch.TensorMemory;

/** The kernels of {@code conv.cu} on one GPU. */
final class ConvKernels {
    private static final String SOURCE = "/kernels/conv.cu";

    private static final long NULL = 0;

    private final int multiprocessors;
    private final HopperKernels<Variant> kernels;

    private record Variant(ScalarType type, ConvTile tile) {}

    /**
     * @param architecture compute capability of the device times ten
     * @param early compiles kernels that are expected to be needed
     */
    ConvKernels(Device device, int architecture, int multiprocessors, Executor early) {
        this.multiprocessors = multiprocessors;
        this.kernels = new HopperKernels<>(device, architecture, early, ConvKernels::source);
    }

    /** Keeps all that are compiled, and that will be, until another place is named. */
    void keepIn(Artifacts place) {
        kernels.keepIn(place);
    }

    /**
     * The tiles that may be the fastest, best guess first.
     *
     * @param weight sizes of a convolution's weight, {@code [O, C, k, k]}
     * @param result sizes of its result, {@code [N, O, H, W]}
     */
    List<ConvTile> worthTrying(Shape weight, Shape result) {
        int depth = Math.toIntExact(weight.size() / weight.get(0));
        return kernels.areThere()
                ? ConvTiles.worthTrying(maps(result), Math.toIntExact(result.get(1)), depth, multiprocessors)
                : List.of();
    }

    /** Compiles the kernels of all tiles beside other work. */
    void expect(ScalarType type) {
        if (HopperProducts.types().contains(type)) {
            ConvTiles.ALL.forEach(tile -> kernels.expect(new Variant(type, tile)));
        }
    }

    /** Compiles those of some tiles, all at once. */
    void compile(ScalarType type, Collection<ConvTile> tiles) {
        List<Variant> variants =
                tiles.stream().map(tile -> new Variant(type, tile)).toList();
        variants.forEach(kernels::expect);
        variants.forEach(kernels::of);
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
        if (!HopperProducts.fit(type, window.get(1), result.get(1)) || !ConvTiles.ALL.contains(tile)) {
            throw new IllegalArgumentException("conv: no kernel for a weight " + type + window + " in tiles of " + tile
                    + "; there are some for " + HopperProducts.types() + " in tiles of " + ConvTiles.ALL
                    + ", of channels that " + HopperProducts.ACCESS + " divides");
        }
        NDArray x = maps(convolution.x(), scope);
        NDArray weight = maps(convolution.weight(), scope);
        NDArray out = TensorMemory.emptyChannelsLast(type, result, scope);
        PixelBox.Maps maps = maps(convolution.phase());
        PixelBox box = PixelBox.of(tile.rows(), maps);
        int columns = Math.toIntExact(result.get(1));
        CudaKernel kernel = kernels.of(new Variant(type, tile));
        try (TensorMap pixels = kernel.pixelMap(x, box.width(), box.height(), box.batches());
                TensorMap factors = kernel.windowMap(weight, tile.columns() / HopperProducts.CLUSTER)) {
            kernel.launch(
                    HopperProducts.grid(
                            convolution.phases() * ConvTiles.clusters(tile, box.count(maps), columns), multiprocessors),
                    HopperProducts.threads(tile.rows()),
                    pixels,
                    factors,
                    convolution
                            .bias()
                            .<Object>map(bias -> HopperProducts.aligned(bias, scope))
                            .orElse(NULL),
                    convolution
                            .residual()
                            .<Object>map(residual -> maps(residual, scope))
                            .orElse(NULL),
                    out,
                    maps.batches(),
                    maps.height(),
                    maps.width(),
                    convolution.phases(),
                    columns,
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
        if (DeviceKernels.isWide(HopperProducts.ACCESS, type, dense)) {
            return dense;
        }
        NDArray copy = TensorMemory.emptyChannelsLast(type, dense.getShape(), scope);
        TensorMemory.copyInto(copy, dense);
        return copy;
    }

    private static HopperKernels.Source source(Variant variant) {
        ConvTile tile = variant.tile();
        int groups = tile.rows() / HopperProducts.GROUP_ROWS;
        return HopperProducts.source(
                SOURCE,
                "conv_%d_%d".formatted(tile.rows(), tile.columns()),
                variant.type(),
                "%d, %d, %d".formatted(groups, tile.rows(), tile.columns()));
    }
}
