package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Convolutions against their formula in float64. On the CPU; with {@code -Ddevice=cuda} the kernels. */
class ConvOperatorsTest {
    private static final String DEVICE = System.getProperty("device", "cpu");

    private static final String X = "torch.sub(x, 3.)";
    private static final String WEIGHT = "torch.mul(torch.sub(weight, 3.), 0.1)";

    /** Elements of the result that are computed in float64. */
    private static final int CHECKED = 2000;

    /** Whole boxes; many more tiles than multiprocessors; parts of a box, and of a slice of channels; maps smaller than a box; one pixel. */
    private static final List<Case> CASES = List.of(
            new Case(2, 64, 16, 32, 160, 3, 1, false, false),
            new Case(2, 64, 96, 128, 640, 1, 0, false, false),
            new Case(1, 72, 13, 37, 264, 3, 1, true, false),
            new Case(3, 136, 8, 8, 80, 3, 1, false, true),
            new Case(5, 8, 7, 3, 328, 2, 1, true, true),
            new Case(1, 192, 9, 65, 168, 5, 2, true, true),
            new Case(1, 16, 1, 1, 8, 3, 1, false, true));

    private static TorchSession session;

    /** Sizes of x [maps, depth, height, width] and of the weight [columns, depth, side, side]. */
    private record Case(
            int maps,
            int depth,
            int height,
            int width,
            int columns,
            int side,
            int padding,
            boolean biased,
            boolean residual) {
        int grown(int size) {
            return size + 2 * padding - side + 1;
        }

        Shape result() {
            return new Shape(maps, columns, grown(height), grown(width));
        }

        /** The bias and, behind it, the residual are in one tensor. */
        String call(ConvTile tile) {
            String more = (biased ? "torch.slice(bias, 0, 0, %d), ".formatted(columns) : "")
                    + (residual
                            ? "torch.reshape(torch.slice(bias, 0, %d), [%d, %d, %d, %d]), "
                                    .formatted(columns, maps, columns, grown(height), grown(width))
                            : "");
            return "ops.djmh.%sconv%s(%s, %s, %s%d, %d, %d)"
                    .formatted(
                            biased ? "biased_" : "",
                            residual ? "_residual" : "",
                            X,
                            WEIGHT,
                            more,
                            padding,
                            tile.rows(),
                            tile.columns());
        }
    }

    @BeforeAll
    static void open() {
        session = TorchSession.open(DEVICE);
        assumeTrue(
                !session.device().isGpu()
                        || !FusedOperators.get()
                                .convTiles(
                                        session.device(),
                                        ScalarType.FLOAT16,
                                        new Shape(64, 8, 1, 1),
                                        new Shape(1, 64, 1, 1))
                                .isEmpty(),
                "for GPUs of compute capability 9.0");
    }

    @AfterAll
    static void close() {
        session.close();
    }

    @TestFactory
    Stream<DynamicTest> convolutions() {
        boolean gpu = session.device().isGpu();
        List<ScalarType> types = OperatorCalls.typesOfProducts(session);
        List<ConvTile> tiles = gpu ? ConvTiles.ALL : ConvTiles.ALL.subList(0, 1); // to a CPU they are the same
        return CASES.stream().flatMap(wanted -> types.stream().flatMap(type -> tiles.stream()
                .map(tile -> DynamicTest.dynamicTest(
                        wanted + " " + type + " in tiles of " + tile,
                        () -> session.call(() -> {
                            check(wanted, type, tile);
                            return null;
                        })))));
    }

    private static void check(Case sizes, ScalarType type, ConvTile tile) {
        Random random = new Random();
        try (NDManager manager = session.manager().newSubManager()) {
            NDArray x = OperatorCalls.random(
                    random, type, manager, sizes.maps(), sizes.depth(), sizes.height(), sizes.width());
            NDArray weight = OperatorCalls.random(
                    random, type, manager, sizes.columns(), sizes.depth(), sizes.side(), sizes.side());
            NDArray more = OperatorCalls.random(
                    random,
                    type,
                    manager,
                    sizes.columns() + (sizes.residual() ? sizes.result().size() : 0));
            OperatorCalls.poison(type, manager, sizes.result());
            NDArray result = OperatorCalls.call(sizes.call(tile), manager, x, weight, more);
            assertEquals(sizes.result(), result.getShape());
            assertTrue(TensorMemory.isChannelsLast(result));

            float[] got = OperatorCalls.floats(result);
            Formula formula = new Formula(
                    sizes,
                    OperatorCalls.floats(OperatorCalls.call(X, manager, x, weight, more)),
                    OperatorCalls.floats(OperatorCalls.call(WEIGHT, manager, x, weight, more)),
                    OperatorCalls.floats(more));
            RelativeError error = new RelativeError();
            for (int i = 0; i < Math.min(CHECKED, got.length); i++) {
                int at = got.length <= CHECKED ? i : random.nextInt(got.length);
                error.add(got[at], formula.at(at));
            }
            error.assertAtMost(type, 1e-5, 5e-4, 4e-3);
            RelativeError.assertComplete(got);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // read only
    private record Formula(Case sizes, float[] x, float[] weight, float[] more) {
        double at(int index) {
            int width = sizes.grown(sizes.width());
            int height = sizes.grown(sizes.height());
            int column = index / width / height % sizes.columns();
            double sum = (sizes.biased() ? more[column] : 0) + (sizes.residual() ? more[sizes.columns() + index] : 0);
            int map = index / width / height / sizes.columns();
            for (int i = 0; i < sizes.side(); i++) {
                for (int j = 0; j < sizes.side(); j++) {
                    int row = index / width % height + i - sizes.padding();
                    int place = index % width + j - sizes.padding();
                    if (row >= 0 && row < sizes.height() && place >= 0 && place < sizes.width()) {
                        for (int c = 0; c < sizes.depth(); c++) {
                            int from = ((map * sizes.depth() + c) * sizes.height() + row) * sizes.width() + place;
                            int by = ((column * sizes.depth() + c) * sizes.side() + i) * sizes.side() + j;
                            sum += (double) x[from] * weight[by];
                        }
                    }
                }
            }
            return sum;
        }
    }

    /** Phases side by side are what the convolution and the interleaving of its result give. */
    @TestFactory
    Stream<DynamicTest> phases() {
        ScalarType type = session.device().isGpu() ? ScalarType.FLOAT16 : ScalarType.FLOAT32;
        return Stream.of(new long[] {2, 64, 16, 16, 160}, new long[] {1, 72, 9, 33, 24}, new long[] {3, 8, 1, 5, 264})
                .flatMap(sizes -> ConvTiles.ALL.stream()
                        .map(tile -> DynamicTest.dynamicTest(
                                Arrays.toString(sizes) + " in tiles of " + tile,
                                () -> session.call(() -> {
                                    checkPhases(sizes, type, tile);
                                    return null;
                                }))));
    }

    private static void checkPhases(long[] sizes, ScalarType type, ConvTile tile) {
        Random random = new Random();
        try (NDManager manager = session.manager().newSubManager()) {
            NDArray x = OperatorCalls.random(random, type, manager, sizes[0], sizes[1], sizes[2], sizes[3]);
            NDArray weight = OperatorCalls.random(random, type, manager, 4 * sizes[4], sizes[1], 2, 2);
            NDArray bias = OperatorCalls.random(random, type, manager, sizes[4]);
            Shape shape = new Shape(sizes[0], sizes[4], 2 * sizes[2], 2 * sizes[3]);
            OperatorCalls.poison(type, manager, shape);
            String sums = "%s, %s".formatted(X, WEIGHT);
            NDArray got = OperatorCalls.call(
                    "ops.djmh.doubling_conv(%s, bias, %d, %d)".formatted(sums, tile.rows(), tile.columns()),
                    manager,
                    x,
                    weight,
                    bias);
            NDArray wanted = OperatorCalls.call(
                    "ops.djmh.interleave(torch.conv2d(%s, None, [1, 1], [1, 1], [1, 1], 1), bias)".formatted(sums),
                    manager,
                    x,
                    weight,
                    bias);
            assertEquals(shape, got.getShape());
            assertTrue(TensorMemory.isChannelsLast(got));
            float[] expected = OperatorCalls.floats(wanted);
            float[] actual = OperatorCalls.floats(got);
            for (int i = 0; i < actual.length; i++) {
                assertEquals(expected[i], actual[i], 2e-3F * (4 + Math.abs(expected[i])), "element " + i);
            }
        }
    }

    /** What there is no kernel for is told, with what there is. */
    @Test
    void refusesWhatItHasNoKernelFor() {
        ConvKernels kernels = new ConvKernels(Device.cpu(), 80, 108, Runnable::run);
        ConvTile tile = new ConvTile(128, 160);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            String wide = assertThrows(
                            IllegalArgumentException.class,
                            () -> kernels.convolve(convolution(ScalarType.FLOAT32, 16, 3, manager), tile, manager))
                    .getMessage();
            assertTrue(
                    wide.startsWith("conv: no kernel for a weight FLOAT32(32, 16, 3, 3) in tiles of 128x160;"), wide);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> kernels.convolve(convolution(ScalarType.FLOAT16, 12, 3, manager), tile, manager));
            Convolution fitting = convolution(ScalarType.FLOAT16, 16, 3, manager);
            assertThrows(
                    IllegalArgumentException.class, () -> kernels.convolve(fitting, new ConvTile(64, 64), manager));
            NDArray residual = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 1, 32, 4, 4);
            Convolution other = new Convolution(
                    fitting.x(), fitting.weight(), Optional.empty(), Optional.of(residual), fitting.padding(), false);
            String message = assertThrows(IllegalArgumentException.class, () -> kernels.convolve(other, tile, manager))
                    .getMessage();
            assertEquals("no convolution of x (1, 16, 5, 5), weight (32, 16, 3, 3), residual (1, 32, 4, 4)", message);
            assertEquals(List.of(), kernels.worthTrying(new Shape(32, 16, 3, 3), new Shape(1, 32, 5, 5)));
        }
    }

    private static Convolution convolution(ScalarType type, long depth, long side, NDManager manager) {
        Random random = new Random();
        return new Convolution(
                OperatorCalls.random(random, type, manager, 1, depth, 5, 5),
                OperatorCalls.random(random, type, manager, 32, depth, side, side),
                Optional.empty(),
                Optional.empty(),
                1,
                false);
    }
}
