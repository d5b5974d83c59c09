package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Times the kernels and libtorch's operations in float16, at SDXL's shapes, and prints a table: {@code -Ddevice=cuda}. All run in CUDA
 * graphs of several calls on different tensors, which do not fit in the GPU's cache together.
 */
@EnabledIfSystemProperty(named = "device", matches = "cuda.*")
class KernelSpeedTest {
    private static final int CALLS = 6;

    private static final String KERNEL = "ops.djmh.group_norm(x, weight, bias, 32, 1e-05, %s)";

    private record Variant(String name, String expression, double bytesPerElement) {}

    private static final List<Variant> NORMS = List.of(
            new Variant("copy", "torch.clone(x)", 4),
            new Variant("ATen group_norm", "torch.group_norm(x, 32, weight, bias, 1e-05)", 4),
            new Variant("ATen + silu_", "torch.silu_(torch.group_norm(x, 32, weight, bias, 1e-05))", 4),
            new Variant("kernel group_norm", KERNEL.formatted("False"), 4),
            new Variant("kernel + silu", KERNEL.formatted("True"), 4));

    /** Of a map with channels innermost. */
    private static final String PIXELS = "(torch.permute(x, [0, 3, 1, 2])";

    private static final List<Variant> PIXEL_NORMS = List.of(
            new Variant("copy", "torch.clone(x)", 4),
            new Variant("ATen + silu_", NORMS.get(2).expression().replace("(x", PIXELS), 4),
            new Variant("kernel + silu", KERNEL.formatted("True").replace("(x", PIXELS), 4));

    /** Of two maps that lie one behind the other with channels innermost. */
    private static final String X = "torch.permute(torch.select(x, 0, 0), [0, 3, 1, 2])";

    private static final String Y = "torch.permute(torch.select(x, 0, 1), [0, 3, 1, 2])";
    private static final String JOINED = "torch.cat([%s, %s], 1)".formatted(X, Y);

    private static final List<Variant> CONCATS = List.of(
            new Variant("copy", "torch.clone(x)", 4),
            new Variant("concatenation", JOINED, 4),
            new Variant(
                    "ATen + silu_", "torch.silu_(torch.group_norm(%s, 32, weight, bias, 1e-05))".formatted(JOINED), 4),
            new Variant("kernel of one map", KERNEL.formatted("True").replace("(x", "(" + JOINED), 4),
            new Variant(
                    "kernel of two maps",
                    "ops.djmh.concat_group_norm(%s, %s, weight, bias, 32, 1e-05, True)".formatted(X, Y),
                    4));

    private static final List<Variant> GEGLUS = List.of(
            new Variant("copy", "torch.clone(x)", 4),
            new Variant("ATen", "torch.mul(torch.chunk(x, 2, -1)[0], torch.gelu(torch.chunk(x, 2, -1)[1]))", 3),
            new Variant("kernel geglu", "ops.djmh.geglu(x)", 3));

    @Test
    void kernelsAreFasterThanLibtorch() throws Exception {
        try (TorchSession session = TorchSession.open(System.getProperty("device"))) {
            session.call(() -> {
                FusedOperators.get().prepare(session.device());
                compare(session, NORMS, shape -> shape[1], new long[][] {
                    {2, 320, 128, 128},
                    {2, 960, 128, 128},
                    {2, 640, 64, 64},
                    {2, 1280, 32, 32},
                    {2, 320, 64, 64},
                    {2, 1280, 16, 16}
                });
                compare(session, PIXEL_NORMS, shape -> shape[3], new long[][] {
                    {2, 128, 128, 320},
                    {3, 128, 128, 320},
                    {2, 64, 64, 640},
                    {2, 32, 32, 1280},
                    {2, 64, 64, 320},
                    {3, 64, 64, 320},
                    {2, 16, 16, 1280},
                    {1, 128, 128, 512}
                });
                compare(session, CONCATS, shape -> 2 * shape[4], new long[][] {
                    {2, 2, 128, 128, 320},
                    {2, 2, 64, 64, 640},
                    {2, 2, 32, 32, 1280},
                    {2, 3, 16, 16, 1280}
                });
                compare(session, GEGLUS, shape -> 1, new long[][] {
                    {2, 4096, 5120},
                    {2, 1024, 10240},
                    {2, 1024, 5120},
                    {2, 256, 10240}
                });
                return null;
            });
        }
    }

    private static void compare(
            TorchSession session, List<Variant> variants, ToLongFunction<long[]> channels, long[][] shapes) {
        for (long[] shape : shapes) {
            compare(session, shape, channels.applyAsLong(shape), variants);
        }
    }

    private static void compare(TorchSession session, long[] shape, long channels, List<Variant> variants) {
        double libtorch = 0;
        for (Variant variant : variants) {
            double micros = micros(session, shape, channels, variant);
            long elements = 1;
            for (long size : shape) {
                elements *= size;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %-18s %8.2f us %7.0f GB/s%n",
                    Arrays.toString(shape),
                    variant.name(),
                    micros,
                    elements * variant.bytesPerElement() / micros / 1e3);
            if (variant.name().startsWith("ATen")) {
                libtorch = micros;
            }
            assertTrue(!variant.name().startsWith("kernel") || micros < libtorch, variant.name());
        }
    }

    private static double micros(TorchSession session, long[] shape, long channels, Variant variant) {
        return new CapturedCalls(session, CALLS)
                .micros(variant.expression(), new Shape(shape), new Shape(channels), new Shape(channels));
    }
}
