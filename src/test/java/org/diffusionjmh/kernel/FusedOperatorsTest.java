package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The operators against their formulas in float64. On the CPU; with {@code -Ddevice=cuda} the kernels. */
class FusedOperatorsTest {
    private static final String DEVICE = System.getProperty("device", "cpu");

    private static final List<ScalarType> TYPES = List.of(ScalarType.FLOAT32, ScalarType.FLOAT16, ScalarType.BFLOAT16);

    /** Shapes and groups: large, with many blocks a group; odd in every size; a single element. */
    private static final List<Norm> NORMS = List.of(
            new Norm(32, new Shape(2, 320, 64, 64)),
            new Norm(32, new Shape(2, 1280, 32, 32)),
            new Norm(4, new Shape(1, 12, 37, 41)),
            new Norm(3, new Shape(3, 9, 101, 77)),
            new Norm(1, new Shape(1, 1, 129, 127)),
            new Norm(2, new Shape(2, 6, 1, 1)),
            new Norm(5, new Shape(7, 35, 8, 3)),
            new Norm(8, new Shape(2, 24, 513)));

    private static final List<Norm> PIXEL_NORMS = List.of(
            new Norm(32, new Shape(2, 320, 64, 64)),
            new Norm(32, new Shape(3, 2560, 16, 16)),
            new Norm(32, new Shape(2, 640, 32, 32)),
            new Norm(32, new Shape(2, 960, 37, 41)),
            new Norm(8, new Shape(1, 32, 3, 5)),
            new Norm(4, new Shape(2, 64, 1, 1)),
            new Norm(4, new Shape(1, 12, 37, 41)),
            new Norm(1, new Shape(1, 512, 33, 31)));

    /** Rows that fit a warp's registers, and that do not, whole accesses and not. */
    private static final List<Shape> ROWS = List.of(
            new Shape(2, 77, 640),
            new Shape(2, 33, 1280),
            new Shape(3, 50, 320),
            new Shape(3, 7, 2048),
            new Shape(5, 37),
            new Shape(1, 1, 8));

    private static final List<Shape> GATED =
            List.of(new Shape(2, 77, 640), new Shape(3, 5, 38), new Shape(1, 2), new Shape(100, 2, 1280));

    private static TorchSession session;

    private record Norm(int groups, Shape shape) {}

    @BeforeAll
    static void open() {
        session = TorchSession.open(DEVICE);
        if (session.device().isGpu()) {
            FusedOperators.get().prepare(session.device());
        }
    }

    @AfterAll
    static void close() {
        session.close();
    }

    @TestFactory
    Stream<DynamicTest> groupNorms() {
        return NORMS.stream().flatMap(norm -> TYPES.stream().flatMap(type -> Stream.of(false, true)
                .map(silu -> test(
                        "group_norm " + type + norm.shape() + " in " + norm.groups() + (silu ? " silu" : ""),
                        () -> checkGroupNorm(norm, type, silu)))));
    }

    @TestFactory
    Stream<DynamicTest> geglus() {
        return GATED.stream().flatMap(shape -> TYPES.stream()
                .map(type -> test("geglu " + type + shape, () -> checkGeglu(shape, type))));
    }

    /** Feature maps with channels innermost, with and without a shift: whole accesses, groups across accesses, many slabs, odd sizes. */
    @TestFactory
    Stream<DynamicTest> pixelNorms() {
        return PIXEL_NORMS.stream().flatMap(norm -> TYPES.stream()
                .map(type -> test(
                        "shifted_group_norm " + type + norm.shape() + " in " + norm.groups(),
                        () -> checkShiftedNorm(norm, type))));
    }

    /** Two maps that are normalised as one; the groups at the border have channels of both. The first is three quarters, if it can be. */
    @TestFactory
    Stream<DynamicTest> concatNorms() {
        return PIXEL_NORMS.stream().flatMap(norm -> TYPES.stream()
                .map(type -> test(
                        "concat_group_norm " + type + norm.shape() + " in " + norm.groups(),
                        () -> checkConcatNorm(norm, type))));
    }

    private static void checkConcatNorm(Norm norm, ScalarType type) {
        Random random = new Random();
        try (NDManager manager = session.manager().newSubManager()) {
            long channels = norm.shape().get(1);
            long border = Math.max(1, channels / 32 * 24);
            NDArray x = OperatorCalls.random(random, type, manager, norm.shape().getShape());
            NDArray weight = OperatorCalls.random(random, type, manager, channels);
            NDArray bias = OperatorCalls.random(random, type, manager, channels);
            String first = "torch.contiguous(torch.slice(x, 1, 0, %d), memory_format=2)".formatted(border);
            String second = "torch.slice(x, 1, %d)".formatted(border);
            for (String layout : List.of("torch.contiguous(%s, memory_format=2)", "torch.contiguous(%s)")) {
                for (boolean silu : new boolean[] {false, true}) {
                    OperatorCalls.poison(type, manager, x.getShape(), x.getShape());
                    String call = "ops.djmh.concat_group_norm(%s, %s, weight, bias, %d, 1e-05, %s)"
                            .formatted(first, layout.formatted(second), norm.groups(), silu ? "True" : "False");
                    NDArray got = OperatorCalls.call(call, manager, x, weight, bias);
                    assertEquals(x.getShape(), got.getShape());
                    assertClose(type, groupNorm(x, weight, bias, norm.groups(), silu), OperatorCalls.floats(got));
                }
            }
        }
    }

    private static DynamicTest test(String name, Runnable check) {
        return DynamicTest.dynamicTest(
                name,
                () -> session.call(() -> {
                    check.run();
                    return null;
                }));
    }

    private static void checkShiftedNorm(Norm norm, ScalarType type) {
        Random random = new Random();
        try (NDManager manager = session.manager().newSubManager()) {
            long channels = norm.shape().get(1);
            NDArray x = OperatorCalls.random(random, type, manager, norm.shape().getShape());
            NDArray weight = OperatorCalls.random(random, type, manager, channels);
            NDArray bias = OperatorCalls.random(random, type, manager, channels);
            String layout = "torch.contiguous(x, memory_format=2)";
            // A slice of a wider product, as the time embedding's projections are.
            String shift = "torch.slice(torch.cat([torch.mul(weight, 2), torch.mul(bias, %s)], 0), 0, %d, %d)"
                    .formatted("-1", 1, channels + 1);
            shift = "torch.expand(torch.reshape(%s, [1, -1]), [%d, -1])"
                    .formatted(shift, norm.shape().get(0));
            String sum = "torch.add(torch.to(x, 6), torch.unsqueeze(torch.unsqueeze(torch.to(%s, 6), -1), -1))"
                    .formatted(shift);
            for (boolean silu : new boolean[] {false, true}) {
                OperatorCalls.poison(type, manager, x.getShape(), x.getShape());
                String options = "%d, 1e-05, %s".formatted(norm.groups(), silu ? "True" : "False");
                NDArray got = OperatorCalls.call(
                        "ops.djmh.shifted_group_norm(%s, %s, weight, bias, %s)".formatted(layout, shift, options),
                        manager,
                        x,
                        weight,
                        bias);
                NDArray shifted = OperatorCalls.call(sum, manager, x, weight, bias);
                assertClose(type, groupNorm(shifted, weight, bias, norm.groups(), silu), OperatorCalls.floats(got));
                NDArray plain = OperatorCalls.call(
                        "ops.djmh.group_norm(%s, weight, bias, %s)".formatted(layout, options),
                        manager,
                        x,
                        weight,
                        bias);
                assertClose(type, groupNorm(x, weight, bias, norm.groups(), silu), OperatorCalls.floats(plain));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> layerNormsOfSums() {
        return ROWS.stream().flatMap(shape -> TYPES.stream().flatMap(type -> {
            long rows = shape.get(0);
            Stream<DynamicTest> padded = LongStream.range(0, rows).boxed().flatMap(first -> Stream.of(first + 1, rows)
                    .distinct()
                    .map(end -> test(
                            "padded_add_layer_norm " + type + shape + " [" + first + ", " + end + ")",
                            () -> checkPaddedAddLayerNorm(shape, type, first, end))));
            return Stream.concat(
                    padded, Stream.of(test("add_layer_norm " + type + shape, () -> checkAddLayerNorm(shape, type))));
        }));
    }

    private static void checkAddLayerNorm(Shape shape, ScalarType type) {
        String other = "torch.mul(torch.flip(x, [0]), 0.5)";
        long rows = shape.get(0);
        checkNormOfSum(
                shape, type, "ops.djmh.add_layer_norm(x, " + other + ", weight, bias, %d, %d, 1e-05)", "x", 0, rows);
    }

    /** Without its other rows x is padded with the bias of the norm; and the norms are of the rows that are padded first or last. */
    private static void checkPaddedAddLayerNorm(Shape shape, ScalarType type, long first, long end) {
        String part = "torch.slice(x, 0, %d, %d)".formatted(first, end);
        String pad = "torch.add(torch.mul(torch.slice(x, 0, %d, %d), 0), bias)";
        String padded =
                "torch.cat([%s, %s, %s])".formatted(pad.formatted(0, first), part, pad.formatted(end, Long.MAX_VALUE));
        String call = "ops.djmh.padded_add_layer_norm(" + part
                + ", torch.mul(torch.flip(x, [0]), 0.5), weight, bias, bias, " + first + ", %d, %d, 1e-05)";
        long rows = shape.get(0);
        checkNormOfSum(shape, type, call, padded, 0, rows);
        checkNormOfSum(shape, type, call, padded, 0, 1);
        checkNormOfSum(shape, type, call, padded, rows - 1, 1);
    }

    /**
     * @param call the operator, to be told which rows to normalise
     * @param x what is added to the residual
     */
    private static void checkNormOfSum(Shape shape, ScalarType type, String call, String x, long first, long rows) {
        try (NDManager manager = session.manager().newSubManager()) {
            Random random = new Random();
            NDArray values = OperatorCalls.random(random, type, manager, shape.getShape());
            int length = Math.toIntExact(shape.get(shape.dimension() - 1));
            NDArray weight = OperatorCalls.random(random, type, manager, length);
            NDArray bias = OperatorCalls.random(random, type, manager, length);
            OperatorCalls.poison(type, manager, new Shape(shape.size() / shape.get(0) * (shape.get(0) + rows)));
            String operator = call.formatted(first, rows);
            float[] got = OperatorCalls.floats(OperatorCalls.call(operator, manager, values, weight, bias));
            String added = "torch.add(%s, torch.mul(torch.flip(x, [0]), 0.5))".formatted(x);
            float[] sum = OperatorCalls.floats(OperatorCalls.call(added, manager, values, weight, bias));
            int start = Math.toIntExact(first * (sum.length / shape.get(0)));
            int end = start + Math.toIntExact(rows * (sum.length / shape.get(0)));
            double[] wanted = new double[sum.length + end - start];
            for (int i = 0; i < sum.length; i++) {
                wanted[i] = sum[i];
            }
            float[] factors = OperatorCalls.floats(weight);
            float[] offsets = OperatorCalls.floats(bias);
            for (int row = start; row < end; row += length) {
                double mean = 0;
                double variance = 0;
                for (int i = row; i < row + length; i++) {
                    mean += sum[i] / (double) length;
                }
                for (int i = row; i < row + length; i++) {
                    variance += Math.pow(sum[i] - mean, 2) / length;
                }
                for (int i = 0; i < length; i++) {
                    wanted[sum.length + row - start + i] =
                            (sum[row + i] - mean) / Math.sqrt(variance + 1e-5) * factors[i] + offsets[i];
                }
            }
            assertClose(type, wanted, got);
        }
    }

    @TestFactory
    Stream<DynamicTest> biasedSums() {
        return NORMS.stream()
                .map(Norm::shape)
                .filter(shape -> shape.dimension() == 4)
                .flatMap(shape ->
                        TYPES.stream().map(type -> test("add_bias " + type + shape, () -> checkAddBias(shape, type))));
    }

    private static void checkAddBias(Shape shape, ScalarType type) {
        try (NDManager manager = session.manager().newSubManager()) {
            Random random = new Random();
            NDArray x = OperatorCalls.random(random, type, manager, shape.getShape());
            NDArray bias = OperatorCalls.random(random, type, manager, shape.get(1));
            OperatorCalls.poison(type, manager, shape);
            String call = "ops.djmh.add_bias(torch.contiguous(x, memory_format=2), torch.flip(x, [2]), bias)";
            float[] got = OperatorCalls.floats(OperatorCalls.call(call, manager, x, bias, bias));
            float[] flipped = OperatorCalls.floats(OperatorCalls.call("torch.flip(x, [2])", manager, x, bias, bias));
            float[] values = OperatorCalls.floats(x);
            float[] biases = OperatorCalls.floats(bias);
            int spatial = Math.toIntExact(shape.get(2) * shape.get(3));
            double[] wanted = new double[values.length];
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = (double) values[i] + flipped[i] + biases[i / spatial % biases.length];
            }
            assertClose(type, wanted, got);
        }
    }

    /** Against libtorch's operations in float32. */
    @TestFactory
    Stream<DynamicTest> others() {
        String wide = "torch.to(%s, 6)";
        String layerNorm = "torch.layer_norm(torch.to(x, 6), [%d], torch.to(weight, 6), torch.to(bias, 6), 1e-05)";
        String interleaved = "torch.flatten(torch.flatten(torch.stack([torch.stack(["
                + "torch.slice(torch.slice(torch.slice(X, 1, 0, %1$d), 2, 0, -1), 3, 0, -1),"
                + "torch.slice(torch.slice(torch.slice(X, 1, %1$d, %2$d), 2, 0, -1), 3, 1)], -1), torch.stack(["
                + "torch.slice(torch.slice(torch.slice(X, 1, %2$d, %3$d), 2, 1), 3, 0, -1),"
                + "torch.slice(torch.slice(torch.slice(X, 1, %3$d), 2, 1), 3, 1)], -1)], 3), 4, 5), 2, 3)";
        Stream<DynamicTest> rows = ROWS.stream().flatMap(shape -> TYPES.stream().map(type -> {
            long length = shape.get(shape.dimension() - 1);
            return compare(
                    type, shape, length, "ops.djmh.layer_norm(x, weight, bias, 1e-05)", layerNorm.formatted(length));
        }));
        Stream<DynamicTest> biases = PIXEL_NORMS.stream().flatMap(norm -> TYPES.stream()
                .map(type -> compare(
                        type,
                        norm.shape(),
                        norm.shape().get(1),
                        "ops.djmh.bias(x, bias)",
                        "torch.add(torch.to(x, 6), torch.reshape(torch.to(bias, 6), [1, -1, 1, 1]))")));
        Stream<DynamicTest> phases = Stream.of(
                        new Shape(2, 1280, 17, 9), new Shape(1, 12, 4, 6), new Shape(1, 256, 2, 2))
                .flatMap(shape -> TYPES.stream().map(type -> {
                    long channels = shape.get(1) / 4;
                    String pixels = interleaved
                            .formatted(channels, 2 * channels, 3 * channels)
                            .replace("X", wide.formatted("x"));
                    return compare(
                            type,
                            shape,
                            channels,
                            "ops.djmh.interleave(torch.contiguous(x, memory_format=2), bias)",
                            "torch.add(" + pixels + ", torch.reshape(torch.to(bias, 6), [1, -1, 1, 1]))");
                }));
        return Stream.of(rows, biases, phases).flatMap(tests -> tests);
    }

    private static DynamicTest compare(ScalarType type, Shape shape, long channels, String call, String reference) {
        return DynamicTest.dynamicTest(
                call + " " + type + shape,
                () -> session.call(() -> {
                    try (NDManager manager = session.manager().newSubManager()) {
                        Random random = new Random();
                        NDArray x = OperatorCalls.random(random, type, manager, shape.getShape());
                        NDArray weight = OperatorCalls.random(random, type, manager, channels);
                        NDArray bias = OperatorCalls.random(random, type, manager, channels);
                        float[] wanted = OperatorCalls.floats(OperatorCalls.call(reference, manager, x, weight, bias));
                        OperatorCalls.poison(type, manager, shape);
                        float[] got = OperatorCalls.floats(OperatorCalls.call(call, manager, x, weight, bias));
                        double[] doubles = new double[wanted.length];
                        for (int i = 0; i < doubles.length; i++) {
                            doubles[i] = wanted[i];
                        }
                        assertEquals(doubles.length, got.length);
                        assertClose(type, doubles, got);
                    }
                    return null;
                }));
    }

    private static void checkGroupNorm(Norm norm, ScalarType type, boolean silu) {
        Random random = new Random();
        try (NDManager manager = session.manager().newSubManager()) {
            long channels = norm.shape().get(1);
            NDArray x = OperatorCalls.random(random, type, manager, norm.shape().getShape());
            NDArray weight = OperatorCalls.random(random, type, manager, channels);
            NDArray bias = OperatorCalls.random(random, type, manager, channels);
            OperatorCalls.poison(type, manager, x.getShape(), x.getShape());
            String call = "ops.djmh.group_norm(x, weight, bias, %d, 1e-05, %s)"
                    .formatted(norm.groups(), silu ? "True" : "False");
            NDArray got = OperatorCalls.call(call, manager, x, weight, bias);
            assertEquals(x.getShape(), got.getShape());
            double[] wanted = groupNorm(x, weight, bias, norm.groups(), silu);
            assertClose(type, wanted, OperatorCalls.floats(got));
        }
    }

    private static double[] groupNorm(NDArray x, NDArray weight, NDArray bias, int groups, boolean silu) {
        float[] values = OperatorCalls.floats(x);
        float[] w = OperatorCalls.floats(weight);
        float[] b = OperatorCalls.floats(bias);
        int rows = Math.toIntExact(x.getShape().get(0)) * groups;
        int length = values.length / rows;
        int spatial = length / (w.length / groups);
        double[] result = new double[values.length];
        for (int row = 0; row < rows; row++) {
            double mean = 0;
            double variance = 0;
            for (int i = 0; i < length; i++) {
                mean += values[row * length + i] / (double) length;
            }
            for (int i = 0; i < length; i++) {
                variance += Math.pow(values[row * length + i] - mean, 2) / length;
            }
            for (int i = 0; i < length; i++) {
                int channel = row % groups * (w.length / groups) + i / spatial;
                double y = (values[row * length + i] - mean) / Math.sqrt(variance + 1e-5) * w[channel] + b[channel];
                result[row * length + i] = silu ? y / (1 + Math.exp(-y)) : y;
            }
        }
        return result;
    }

    private static void checkGeglu(Shape shape, ScalarType type) {
        try (NDManager manager = session.manager().newSubManager()) {
            NDArray x = OperatorCalls.random(new Random(), type, manager, shape.getShape());
            int half = Math.toIntExact(shape.get(shape.dimension() - 1) / 2);
            OperatorCalls.poison(type, manager, new Shape(x.getShape().size() / 2));
            NDArray unused = manager.create(0F);
            NDArray got = OperatorCalls.call("ops.djmh.geglu(torch.sub(x, 3))", manager, x, unused, unused);
            float[] values = OperatorCalls.floats(OperatorCalls.call("torch.sub(x, 3)", manager, x, unused, unused));
            double[] wanted = new double[values.length / 2];
            for (int i = 0; i < wanted.length; i++) {
                int value = i / half * 2 * half + i % half;
                wanted[i] = values[value] * gelu(values[value + half]);
            }
            assertClose(type, wanted, OperatorCalls.floats(got));
        }
    }

    /** {@code x * Phi(x)}, with the normal distribution's integral by Simpson's rule. */
    static double gelu(double x) {
        int steps = 100;
        double width = x / steps;
        double sum = 1 + Math.exp(-x * x / 2);
        for (int i = 1; i < steps; i++) {
            sum += (i % 2 == 0 ? 2 : 4) * Math.exp(-Math.pow(i * width, 2) / 2);
        }
        return x * (0.5 + sum * width / 3 / Math.sqrt(2 * Math.PI));
    }

    private static void assertClose(ScalarType type, double[] wanted, float[] got) {
        RelativeError error = new RelativeError();
        for (int i = 0; i < wanted.length; i++) {
            error.add(got[i], wanted[i]);
        }
        error.assertAtMost(type, 1e-5, 2e-3, 1.2e-2);
    }

    /** Arguments in any layout, and at addresses that allow no wide access, give what compact ones do. */
    @Test
    void layoutsDoNotMatter() throws Exception {
        session.call(() -> {
            try (NDManager manager = session.manager().newSubManager()) {
                NDArray x = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 2, 32, 16, 8);
                NDArray weight = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 32);
                for (String layout : List.of(
                        "torch.permute(x, [0, 1, 3, 2])",
                        "torch.contiguous(x, memory_format=2)",
                        "torch.reshape(torch.slice(torch.reshape(x, [-1]), 0, 1, 8065), [2, 32, -1])")) {
                    for (String call :
                            List.of("ops.djmh.group_norm(%s, weight, bias, 8, 1e-05, True)", "ops.djmh.geglu(%s)")) {
                        NDArray wanted = OperatorCalls.call(
                                call.formatted("torch.clone(" + layout + ", memory_format=0)"),
                                manager,
                                x,
                                weight,
                                weight);
                        NDArray got = OperatorCalls.call(call.formatted(layout), manager, x, weight, weight);
                        assertArrayEquals(OperatorCalls.floats(wanted), OperatorCalls.floats(got), 0.02F, layout);
                    }
                }
            }
            return null;
        });
    }

    /** Nothing is thrown through libtorch: whatever takes the result of a failed call fails, and the operator's failure is told. */
    @Test
    void failuresReachTheCaller() throws Exception {
        session.call(() -> {
            NDManager manager = session.manager();
            NDArray x = manager.ones(new Shape(2, 4, 3));
            NDArray weight = manager.ones(new Shape(4));
            String call = "torch.silu(ops.djmh.group_norm(x, weight, bias, 3, 1e-05))";
            EngineException e =
                    assertThrows(EngineException.class, () -> OperatorCalls.call(call, manager, x, weight, weight));
            assertTrue(e.getMessage().startsWith("djmh::group_norm failed: "), e.getMessage());
            String unlike =
                    "torch.silu(ops.djmh.concat_group_norm(torch.unsqueeze(x, 3), torch.slice(torch.unsqueeze(x, 3),"
                            + " 2, 1), weight, bias, 2, 1e-05))";
            NDArray both = manager.ones(new Shape(8));
            assertThrows(EngineException.class, () -> OperatorCalls.call(unlike, manager, x, both, both));
            return null;
        });
    }

    /** A kernel is looked up by its name and the type's. */
    @Test
    void theSourceHasEveryType() {
        for (ScalarType type : TYPES) {
            String suffix = ", " + type.name().toLowerCase(Locale.ROOT) + ")";
            assertTrue(DeviceKernels.source("/kernels/fused.cu").contains(suffix), suffix);
        }
    }
}
