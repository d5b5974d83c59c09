package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The product with a gated activation against its formula in float64. On the CPU; with {@code -Ddevice=cuda} the kernels. */
class LinearGegluTest {
    private static final String DEVICE = System.getProperty("device", "cpu");

    private static final String X = "torch.sub(x, 3.)";
    private static final String WEIGHT = "torch.mul(torch.sub(weight, 3.), 0.1)";
    private static final String CALL = "ops.djmh.linear_geglu(%s, %s, bias, %d)";

    /** Rows of the result whose elements are computed in float64. */
    private static final int CHECKED_ROWS = 16;

    /** Whole tiles; many more tiles than multiprocessors; parts of a tile in every direction; a single access. */
    private static final List<Product> PRODUCTS = List.of(
            new Product(new Shape(2, 128, 64), 128),
            new Product(new Shape(8, 256, 64), 1280),
            new Product(new Shape(3, 171, 328), 264),
            new Product(new Shape(131, 72), 1000),
            new Product(new Shape(1, 1, 8), 8));

    private static TorchSession session;

    private record Product(Shape x, int columns) {
        int depth() {
            return Math.toIntExact(x.get(x.dimension() - 1));
        }
    }

    @BeforeAll
    static void open() {
        session = TorchSession.open(DEVICE);
        assumeTrue(
                !session.device().isGpu()
                        || !FusedOperators.get()
                                .linearGegluTiles(session.device())
                                .isEmpty(),
                "for GPUs of compute capability 9.0");
    }

    @AfterAll
    static void close() {
        session.close();
    }

    @TestFactory
    Stream<DynamicTest> products() {
        List<ScalarType> types = OperatorCalls.typesOfProducts(session);
        return PRODUCTS.stream().flatMap(product -> types.stream().flatMap(type -> ProductKernels.TILES.stream()
                .map(tile -> DynamicTest.dynamicTest(
                        product + " " + type + " in tiles of " + tile,
                        () -> session.call(() -> {
                            check(product, type, tile);
                            return null;
                        })))));
    }

    private static void check(Product product, ScalarType type, int tile) {
        Random random = new Random();
        try (NDManager manager = session.manager().newSubManager()) {
            int columns = product.columns();
            int depth = product.depth();
            NDArray x = OperatorCalls.random(random, type, manager, product.x().getShape());
            NDArray weight = OperatorCalls.random(random, type, manager, 2L * columns, depth);
            NDArray bias = OperatorCalls.random(random, type, manager, 2L * columns);
            int rows = Math.toIntExact(product.x().size() / depth);
            OperatorCalls.poison(type, manager, new Shape((long) rows * columns));
            NDArray result = OperatorCalls.call(CALL.formatted(X, WEIGHT, tile), manager, x, weight, bias);
            assertEquals(product.x().slice(0, product.x().dimension() - 1).add(columns), result.getShape());

            float[] got = OperatorCalls.floats(result);
            float[] a = OperatorCalls.floats(OperatorCalls.call(X, manager, x, weight, bias));
            float[] w = OperatorCalls.floats(OperatorCalls.call(WEIGHT, manager, x, weight, bias));
            float[] offsets = OperatorCalls.floats(bias);
            RelativeError error = new RelativeError();
            for (int i = 0; i < Math.min(CHECKED_ROWS, rows); i++) {
                int row = rows <= CHECKED_ROWS ? i : random.nextInt(rows);
                for (int column = 0; column < columns; column++) {
                    double value = offsets[column] + dot(a, row * depth, w, column * depth, depth);
                    double gate = offsets[columns + column] + dot(a, row * depth, w, (columns + column) * depth, depth);
                    double wanted = value * FusedOperatorsTest.gelu(gate);
                    error.add(got[row * columns + column], wanted);
                }
            }
            error.assertAtMost(type, 1e-5, 5e-4, 4e-3);
            RelativeError.assertComplete(got);
        }
    }

    private static double dot(float[] a, int startA, float[] b, int startB, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (double) a[startA + i] * b[startB + i];
        }
        return sum;
    }

    /** Arguments in any layout, and at addresses that the copy engine cannot read from, give what compact ones do. */
    @Test
    void layoutsDoNotMatter() throws Exception {
        session.call(() -> {
            try (NDManager manager = session.manager().newSubManager()) {
                NDArray x = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 48, 65);
                NDArray weight = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 32, 48);
                NDArray bias = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 32);
                for (String layout : List.of(
                        "torch.permute(x, [1, 0])",
                        "torch.reshape(torch.slice(torch.reshape(x, [-1]), 0, 1, 3025), [63, 48])")) {
                    String compact = "torch.clone(" + layout + ", memory_format=0)";
                    NDArray wanted = OperatorCalls.call(CALL.formatted(compact, WEIGHT, 80), manager, x, weight, bias);
                    NDArray got = OperatorCalls.call(CALL.formatted(layout, WEIGHT, 80), manager, x, weight, bias);
                    assertArrayEquals(OperatorCalls.floats(wanted), OperatorCalls.floats(got), 0.02F, layout);
                }
            }
            return null;
        });
    }

    /** What there is no kernel for is told, with what there is. */
    @Test
    void refusesWhatItHasNoKernelFor() {
        ProductKernels kernels = new ProductKernels(Device.cpu(), 80, 108, Runnable::run);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            String wide = assertThrows(
                            IllegalArgumentException.class, () -> call(kernels, ScalarType.FLOAT32, 16, 128, manager))
                    .getMessage();
            assertTrue(wide.startsWith("linear_geglu: no kernel for a weight FLOAT32(32, 16) in tiles of 128;"), wide);
            assertThrows(IllegalArgumentException.class, () -> call(kernels, ScalarType.FLOAT16, 12, 128, manager));
            assertThrows(IllegalArgumentException.class, () -> call(kernels, ScalarType.FLOAT16, 16, 64, manager));
            String elsewhere = assertThrows(
                            IllegalStateException.class, () -> call(kernels, ScalarType.BFLOAT16, 16, 128, manager))
                    .getMessage();
            assertEquals(
                    "linear_geglu_128_bfloat16: this kernel is for compute capability 9.0, the device has 8.0",
                    elsewhere);
        }
    }

    private static NDArray call(ProductKernels kernels, ScalarType type, long depth, int tile, NDManager manager) {
        Random random = new Random();
        return kernels.linearGeglu(
                OperatorCalls.random(random, type, manager, 3, depth),
                OperatorCalls.random(random, type, manager, 32, depth),
                OperatorCalls.random(random, type, manager, 32),
                tile,
                manager);
    }
}
