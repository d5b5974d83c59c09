package org.diffusionjmh.cli.doctor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.compiler.Parameters;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** Whether bfloat16 pays on this CPU: what its instructions say, and what a product takes. */
final class CpuProbe {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Set<String> BFLOAT16 = Set.of("avx512_bf16", "amx_bf16", "bf16", "svebf16");
    private static final int SIZE = 768;
    private static final int CALLS = 5;

    Section run() {
        double factor = seconds(DType.FP32) / seconds(DType.BF16);
        String advice = factor > 1
                ? "fused{\"mode\": \"low-precision\"} makes use of it"
                : "fused{\"mode\": \"low-precision\"} would be slower here";
        return new Section(
                "CPU",
                List.of(
                        "bfloat16 instructions: " + instructions(),
                        String.format(
                                Locale.ROOT,
                                "a product in bfloat16 is %.1f times as fast as in float32: %s",
                                factor,
                                advice)));
    }

    private static String instructions() {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            String found = lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .limit(1)
                    .flatMap(line -> Arrays.stream(line.split("\\s+", -1)))
                    .filter(BFLOAT16::contains)
                    .collect(Collectors.joining(", "));
            return found.isEmpty() ? "none" : found;
        } catch (IOException e) {
            return "not told by this system";
        }
    }

    /** The least time of a square product. */
    private static double seconds(DType dtype) {
        GraphBuilder b = new GraphBuilder("product", dtype);
        Node x = b.input("x", dtype, SIZE, SIZE);
        b.output("y", b.linear(x, SIZE, false));
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray ones = TensorMemory.as(
                    manager.ones(new Shape(SIZE, SIZE)), ScalarType.of(TensorTypes.dataType(dtype)), manager);
            Parameters parameters = (key, type) -> ones;
            try (CompiledModule module = Compilers.of("none").compile(b.build(), parameters, manager)) {
                double least = Double.POSITIVE_INFINITY;
                for (int call = 0; call < CALLS; call++) {
                    long start = System.nanoTime();
                    module.run(new NDList(ones), manager).close();
                    least = Math.min(least, (System.nanoTime() - start) / 1e9);
                }
                return least;
            }
        }
    }
}
