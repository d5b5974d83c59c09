package org.diffusionjmh.kernel;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Times 3x3 convolutions in float16 at the networks' shapes, cuDNN's and this project's in every tile, and prints a table:
 * {@code -Ddevice=cuda}.
 */
@EnabledIfSystemProperty(named = "device", matches = "cuda.*")
class ConvSpeedTest {
    private static final int CALLS = 4;

    private static final String CUDNN = "torch.conv2d(%s, %s, None, [1, 1], [1, 1], [1, 1], 1)";
    private static final String KERNEL = "ops.djmh.conv(%s, %s, 1, {rows}, {columns})";

    /** Maps, channels, height and width, channels of the result. */
    private static final int[][] SIZES = {
        {2, 320, 128, 320},
        {2, 960, 128, 320},
        {2, 640, 64, 640},
        {2, 1280, 32, 1280},
        {2, 2560, 32, 1280},
        {2, 320, 64, 320},
        {2, 640, 32, 640},
        {2, 1280, 16, 1280},
        {3, 320, 64, 320},
        {3, 640, 32, 640},
        {3, 1280, 16, 1280},
        {3, 1280, 8, 1280},
        {3, 320, 128, 320},
        {1, 512, 128, 512},
        {1, 256, 512, 256},
        {1, 128, 1024, 128}
    };

    @Test
    void times() throws Exception {
        try (TorchSession session = TorchSession.open(System.getProperty("device"))) {
            session.call(() -> {
                FusedOperators.get().prepare(session.device());
                for (int[] sizes : SIZES) {
                    Shape result = new Shape(sizes[0], sizes[3], sizes[2], sizes[2]);
                    List<ConvTile> tried = FusedOperators.get()
                            .convTiles(
                                    session.device(), ScalarType.FLOAT16, new Shape(sizes[3], sizes[1], 3, 3), result);
                    System.out.println(Arrays.toString(sizes) + ", worth trying " + tried);
                    calls().forEach((name, call) -> print(name, call, sizes, session));
                }
                return null;
            });
        }
    }

    private static Map<String, String> calls() {
        Map<String, String> calls = new LinkedHashMap<>();
        calls.put("cuDNN", CUDNN);
        ConvTiles.ALL.forEach(tile -> calls.put(
                tile.toString(),
                KERNEL.replace("{rows}", String.valueOf(tile.rows()))
                        .replace("{columns}", String.valueOf(tile.columns()))));
        return calls;
    }

    private static void print(String name, String call, int[] sizes, TorchSession session) {
        double micros = new CapturedCalls(session, CALLS)
                .micros(
                        call.formatted("torch.permute(x, [0, 3, 1, 2])", "torch.permute(weight, [0, 3, 1, 2])"),
                        new Shape(sizes[0], sizes[2], sizes[2], sizes[1]),
                        new Shape(sizes[3], 3, 3, sizes[1]),
                        new Shape(1));
        double operations = 18.0 * sizes[0] * sizes[1] * sizes[2] * sizes[2] * sizes[3];
        System.out.printf(Locale.ROOT, "    %-8s %8.1f us %5.0f TFLOP/s%n", name, micros, operations / micros / 1e6);
    }
}
