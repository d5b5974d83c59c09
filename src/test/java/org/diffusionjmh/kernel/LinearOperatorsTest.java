package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.diffusionjmh.libtorch.ProductSizes;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Linear layers against libtorch's in float64. On the CPU; with {@code -Ddevice=cuda} every algorithm that cuBLASLt proposes. */
class LinearOperatorsTest {
    private static final String DEVICE = System.getProperty("device", "cpu");

    private static final List<ScalarType> TYPES = List.of(ScalarType.FLOAT32, ScalarType.FLOAT16, ScalarType.BFLOAT16);

    /** Of the networks; odd in every size; rows that no wide access divides; a single one. */
    private static final List<Sizes> SIZES = List.of(
            new Sizes(new Shape(2, 77, 320), 640),
            new Sizes(new Shape(2, 256, 1280), 320),
            new Sizes(new Shape(3, 37), 19),
            new Sizes(new Shape(2, 3, 5, 12), 36),
            new Sizes(new Shape(1, 8), 8),
            new Sizes(new Shape(33, 1), 1));

    /** Calls, and what they compute in float64 where X, W and B are the arguments. */
    private static final List<Call> CALLS = List.of(
            new Call("ops.djmh.product(x, weight, %d)", "torch.linear(X, W)", false),
            new Call("ops.djmh.linear(x, weight, bias, %d)", "torch.linear(X, W, B)", true),
            new Call(
                    "ops.djmh.residual_linear(x, weight, bias, torch.linear(torch.flip(x, [0]), weight), %d)",
                    "torch.add(torch.linear(X, W, B), torch.to(torch.linear(torch.flip(x, [0]), weight), 7))", true),
            new Call(
                    "ops.djmh.residual_linear(torch.flip(x, [0]), weight, bias, torch.mul(torch.linear(x, weight), 2), %d)",
                    "torch.add(torch.linear(torch.flip(X, [0]), W, B), torch.to(torch.mul(torch.linear(x, weight), 2), 7))",
                    true));

    private static TorchSession session;

    private record Sizes(Shape x, long out) {
        long in() {
            return x.getLastDimension();
        }
    }

    private record Call(String operator, String reference, boolean biased) {
        String inFloat64() {
            return reference
                    .replace("X", "torch.to(x, 7)")
                    .replace("W", "torch.to(weight, 7)")
                    .replace("B", "torch.to(bias, 7)");
        }
    }

    @BeforeAll
    static void open() {
        session = TorchSession.open(DEVICE);
    }

    @AfterAll
    static void close() {
        session.close();
    }

    @TestFactory
    Stream<DynamicTest> equalLibtorchInFloat64() {
        return CALLS.stream().flatMap(call -> SIZES.stream().flatMap(sizes -> TYPES.stream()
                .map(type -> DynamicTest.dynamicTest(
                        call.operator() + " " + type + sizes,
                        () -> session.call(() -> {
                            check(call, sizes, type);
                            return null;
                        })))));
    }

    private static void check(Call call, Sizes sizes, ScalarType type) {
        try (NDManager manager = session.manager().newSubManager()) {
            Random random = new Random();
            NDArray x = OperatorCalls.random(random, type, manager, sizes.x().getShape());
            NDArray weight = OperatorCalls.random(random, type, manager, sizes.out(), sizes.in());
            NDArray bias = OperatorCalls.random(random, type, manager, sizes.out());
            float[] wanted = OperatorCalls.floats(OperatorCalls.call(call.inFloat64(), manager, x, weight, bias));
            long rows = sizes.x().size() / sizes.in();
            int algorithms = algorithms(new ProductSizes(type, rows, sizes.in(), sizes.out(), call.biased()));
            assertTrue(algorithms > 0, "no algorithm");
            for (int algorithm = 0; algorithm < algorithms; algorithm++) {
                OperatorCalls.poison(type, manager, new Shape(rows * sizes.out()));
                NDArray got = OperatorCalls.call(call.operator().formatted(algorithm), manager, x, weight, bias);
                assertEquals(sizes.x().slice(0, sizes.x().dimension() - 1).add(sizes.out()), got.getShape());
                assertClose(type, wanted, OperatorCalls.floats(got));
            }
        }
    }

    private static int algorithms(ProductSizes sizes) {
        return session.device().isGpu() ? FusedOperators.get().linear().algorithms(session.device(), sizes) : 1;
    }

    private static void assertClose(ScalarType type, float[] wanted, float[] got) {
        RelativeError error = new RelativeError();
        for (int i = 0; i < wanted.length; i++) {
            error.add(got[i], wanted[i]);
        }
        error.assertAtMost(type, 1e-6, 5e-4, 4e-3);
    }

    /** Arguments at addresses that allow no wide access give what others do. */
    @Test
    void layoutsDoNotMatter() throws Exception {
        session.call(() -> {
            try (NDManager manager = session.manager().newSubManager()) {
                NDArray x = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 65, 16);
                NDArray weight = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 16, 16);
                NDArray bias = OperatorCalls.random(new Random(), ScalarType.FLOAT16, manager, 16);
                String view = "torch.reshape(torch.slice(torch.reshape(x, [-1]), 0, 1, 1025), [64, 16])";
                String call = "ops.djmh.residual_linear(%1$s, torch.t(weight), bias, %1$s, 0)";
                NDArray got = OperatorCalls.call(call.formatted(view), manager, x, weight, bias);
                NDArray wanted = OperatorCalls.call(
                        "torch.add(torch.linear(%1$s, torch.t(weight), bias), %1$s)".formatted(view),
                        manager,
                        x,
                        weight,
                        bias);
                assertClose(ScalarType.BFLOAT16, OperatorCalls.floats(wanted), OperatorCalls.floats(got));
            }
            return null;
        });
    }

    /** What does not fit fails, and so does whatever takes the result. */
    @Test
    void misfitsFail() throws Exception {
        session.call(() -> {
            NDManager manager = session.manager();
            NDArray x = manager.ones(new Shape(2, 4));
            NDArray weight = manager.ones(new Shape(3, 4));
            NDArray bias = manager.ones(new Shape(2));
            String call = "torch.silu(ops.djmh.linear(x, weight, bias, 0))";
            assertThrows(EngineException.class, () -> OperatorCalls.call(call, manager, x, weight, bias));
            return null;
        });
    }
}
