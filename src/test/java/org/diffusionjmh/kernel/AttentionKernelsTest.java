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
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Attention against its formula in float64. On the CPU; with {@code -Ddevice=cuda} the kernels. */
class AttentionKernelsTest {
    private static final String DEVICE = System.getProperty("device", "cpu");

    private static final String CALL = "ops.djmh.attention(%s, %s, %s, %s)";

    /** Queries of each head whose results are computed in float64. */
    private static final int CHECKED_QUERIES = 4;

    /** Whole tiles and blocks; parts of them; more tiles than multiprocessors; a text's keys; a single key. */
    private static final List<Sizes> SIZES = List.of(
            new Sizes(1, 2, 384, 256),
            new Sizes(2, 3, 333, 777),
            new Sizes(3, 8, 1100, 130),
            new Sizes(2, 5, 200, 77),
            new Sizes(1, 1, 1, 1));

    private static TorchSession session;

    /** How a query's scores are: all small; far apart; ever larger along the keys, so that sums are scaled anew in each block. */
    private enum Scores {
        ALIKE,
        APART,
        RISING;

        /** Element of the key at a place between 0 and 1 in its sequence, or of a query, whose place is 0. */
        float element(Random random, double place) {
            return (float)
                    switch (this) {
                        case ALIKE -> random.nextGaussian();
                        case APART -> 6 * random.nextGaussian();
                        case RISING -> 0.3 * random.nextGaussian() + (place == 0 ? 1 : 8 * place);
                    };
        }
    }

    private record Sizes(int batch, int heads, int queries, int keys) {}

    @BeforeAll
    static void open() {
        session = TorchSession.open(DEVICE);
        assumeTrue(
                !session.device().isGpu() || FusedOperators.get().mayAttend(session.device(), 64, 64),
                "for GPUs of compute capability 9.0");
    }

    @AfterAll
    static void close() {
        session.close();
    }

    @TestFactory
    Stream<DynamicTest> attentions() {
        List<ScalarType> types = OperatorCalls.typesOfProducts(session);
        return SIZES.stream().flatMap(sizes -> types.stream()
                .flatMap(type -> AttentionTile.HEADS.stream().sorted().flatMap(head -> Stream.of(Scores.values())
                        .map(scores -> DynamicTest.dynamicTest(
                                "%s of %d %s, scores %s".formatted(sizes, head, type, scores),
                                () -> session.call(() -> {
                                    check(sizes, Math.toIntExact(head), type, scores);
                                    return null;
                                }))))));
    }

    private static void check(Sizes sizes, int head, ScalarType type, Scores scores) {
        double scale = 1 / Math.sqrt(head);
        Random random = new Random();
        try (NDManager manager = session.manager().newSubManager()) {
            int matrices = sizes.batch() * sizes.heads();
            NDArray q = sequence(sizes, sizes.queries(), head, row -> scores.element(random, 0), type, manager);
            NDArray k = sequence(
                    sizes,
                    sizes.keys(),
                    head,
                    row -> scores.element(random, (row % sizes.keys() + 1.0) / sizes.keys()),
                    type,
                    manager);
            NDArray v = sequence(sizes, sizes.keys(), head, row -> (float) random.nextGaussian(), type, manager);
            OperatorCalls.poison(type, manager, q.getShape());
            NDArray result = OperatorCalls.call(CALL.formatted("x", "weight", "bias", scale), manager, q, k, v);
            assertEquals(q.getShape(), result.getShape());

            float[] got = OperatorCalls.floats(result);
            float[] queries = OperatorCalls.floats(q);
            float[] keys = OperatorCalls.floats(k);
            float[] values = OperatorCalls.floats(v);
            RelativeError error = new RelativeError();
            for (int matrix = 0; matrix < matrices; matrix++) {
                for (int i = 0; i < Math.min(CHECKED_QUERIES, sizes.queries()); i++) {
                    int query = (matrix * sizes.queries() + random.nextInt(sizes.queries())) * head;
                    double[] wanted =
                            attention(queries, query, keys, values, matrix * sizes.keys() * head, sizes, head);
                    for (int j = 0; j < head; j++) {
                        error.add(got[query + j], wanted[j]);
                    }
                }
            }
            error.assertAtMost(type, 5e-5, 6e-4, 5e-3);
            RelativeError.assertComplete(got);
        }
    }

    /** One query's result. */
    private static double[] attention(
            float[] queries, int query, float[] keys, float[] values, int first, Sizes sizes, int head) {
        double[] scores = new double[sizes.keys()];
        double largest = Double.NEGATIVE_INFINITY;
        for (int key = 0; key < scores.length; key++) {
            for (int j = 0; j < head; j++) {
                scores[key] += (double) queries[query + j] * keys[first + key * head + j] / Math.sqrt(head);
            }
            largest = Math.max(largest, scores[key]);
        }
        double[] result = new double[head];
        double sum = 0;
        for (int key = 0; key < scores.length; key++) {
            double weight = Math.exp(scores[key] - largest);
            sum += weight;
            for (int j = 0; j < head; j++) {
                result[j] += weight * values[first + key * head + j];
            }
        }
        for (int j = 0; j < head; j++) {
            result[j] /= sum;
        }
        return result;
    }

    /** One element of a row. */
    @FunctionalInterface
    private interface Element {
        float of(int row);
    }

    private static NDArray sequence(
            Sizes sizes, int rows, int head, Element element, ScalarType type, NDManager manager) {
        float[] values = new float[sizes.batch() * sizes.heads() * rows * head];
        for (int i = 0; i < values.length; i++) {
            values[i] = element.of(i / head);
        }
        try (NDArray wide = manager.create(values, new Shape(sizes.batch(), sizes.heads(), rows, head))) {
            return TensorMemory.copy(wide, type, manager);
        }
    }

    /** Parts of one product, as a network has them, and layouts that the copy engine cannot read give what compact arguments do. */
    @Test
    void layoutsDoNotMatter() throws Exception {
        session.call(() -> {
            try (NDManager manager = session.manager().newSubManager()) {
                NDArray x = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 2, 90, 360);
                for (String layout : List.of(
                        "torch.permute(torch.reshape(torch.slice(x, 2, %d, %d), [2, 90, 3, 40]), [0, 2, 1, 3])",
                        "torch.permute(torch.reshape(torch.slice(x, 2, %d, %d), [2, 90, 40, 3]), [0, 3, 1, 2])")) {
                    String[] parts = new String[3];
                    String[] compact = new String[3];
                    for (int i = 0; i < parts.length; i++) {
                        parts[i] = layout.formatted(120 * i, 120 * (i + 1));
                        compact[i] = "torch.clone(" + parts[i] + ", memory_format=0)";
                    }
                    NDArray wanted = attend(compact, x, manager);
                    assertArrayEquals(
                            OperatorCalls.floats(wanted), OperatorCalls.floats(attend(parts, x, manager)), 0.01F);
                }
            }
            return null;
        });
    }

    private static NDArray attend(String[] parts, NDArray x, NDManager manager) {
        return OperatorCalls.call(CALL.formatted(parts[0], parts[1], parts[2], 0.1), manager, x, x, x);
    }

    /** What there is no kernel for is told, with what there is. */
    @Test
    void refusesWhatItHasNoKernelFor() {
        AttentionKernels kernels = new AttentionKernels(Device.cpu(), 80, 108, Runnable::run);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            String wide = assertThrows(
                            IllegalArgumentException.class, () -> call(kernels, ScalarType.FLOAT32, 64, 1, manager))
                    .getMessage();
            assertTrue(wide.startsWith("attention: no kernel for queries FLOAT32(1, 2, 3, 64) with scale 1.0;"), wide);
            assertThrows(IllegalArgumentException.class, () -> call(kernels, ScalarType.FLOAT16, 72, 1, manager));
            assertThrows(IllegalArgumentException.class, () -> call(kernels, ScalarType.FLOAT16, 64, 0, manager));
            String elsewhere = assertThrows(
                            IllegalStateException.class, () -> call(kernels, ScalarType.BFLOAT16, 64, 1, manager))
                    .getMessage();
            assertEquals("attention: this kernel is for compute capability 9.0, the device has 8.0", elsewhere);
        }
    }

    private static NDArray call(AttentionKernels kernels, ScalarType type, long head, double scale, NDManager manager) {
        NDArray x = OperatorCalls.random(new Random(), type, manager, 1, 2, 3, head);
        return kernels.attention(x, x, x, scale, manager);
    }

    /** A multiprocessor has 227 KiB for a block, and few keys are not worth a kernel for each size of heads. */
    @Test
    void tilesFitAMultiprocessor() {
        for (long head : AttentionTile.HEADS) {
            for (int keys : new int[] {1, 80, 81, 16384}) {
                AttentionTile tile = AttentionTile.of(Math.toIntExact(head), keys);
                assertTrue(tile.sharedBytes() <= 227 * 1024 - 256, tile.toString()); // 256: its barriers
                assertTrue(tile.tiles(1) == 1 && tile.tiles(tile.rows()) == 1 && tile.tiles(tile.rows() + 1) == 2);
                assertEquals(keys > 80 || head == 64, AttentionTile.isWorthTrying(head, keys));
            }
        }
        assertTrue(!AttentionTile.isWorthTrying(72, 1024));
        assertTrue(AttentionTile.isFastest(160, 576));
        assertTrue(!AttentionTile.isFastest(64, 256));
        assertTrue(!AttentionTile.isFastest(72, 1024));
    }
}
