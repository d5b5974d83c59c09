package org.diffusionjmh.cli.doctor;

import ai.djl.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.Compilers;

/** What each compiler does on a device, tried with a small network. */
final class CompilersProbe {
    /** TF32, which cuDNN computes float32 in, has a precision of a thousandth. */
    private static final double TOLERANCE = 1e-2;

    private static final Map<String, String> ON_CPU = Map.of(
            "none", "runs each operation of the plain graph by itself",
            "torchscript", "runs the plain graph under libtorch's profiling executor",
            "cudagraph", "replays the plain graph as a CUDA graph",
            "fused", "rewrites the graph; channels last, products by oneDNN");
    private static final Map<String, String> ON_GPU = Map.of(
            "none", "runs each operation of the plain graph by itself",
            "torchscript", "runs the plain graph under libtorch's profiling executor",
            "cudagraph", "replays the plain graph as a CUDA graph",
            "fused", "rewrites the graph; kernels of its own, replayed as a CUDA graph");

    private final Device device;
    private final String name;
    private boolean works;

    /**
     * @param name the device's name on the command line
     */
    CompilersProbe(Device device, String name) {
        this.device = device;
        this.name = name;
    }

    Section run() {
        List<String> lines = new ArrayList<>();
        SmallNetwork network = SmallNetwork.ofUNet();
        float[] expected = {};
        for (String id : Compilers.all().stream().map(Compiler::id).toList()) {
            List<String> fallbacks = new ArrayList<>();
            String verdict;
            try {
                float[] result = network.run(Compilers.of(id, fallbacks::add), device);
                expected = expected.length == 0 ? result : expected;
                double error = relativeError(result, expected);
                verdict = error <= TOLERANCE ? "works" : "is wrong by " + error;
                works |= error <= TOLERANCE;
            } catch (RuntimeException | LinkageError e) {
                verdict = "fails: " + e.getMessage();
            }
            lines.add(String.format(
                    Locale.ROOT, "%-11s  %s: %s", id, verdict, (device.isGpu() ? ON_GPU : ON_CPU).get(id)));
            fallbacks.forEach(fallback -> lines.add(" ".repeat(13) + "but " + fallback));
        }
        return new Section("Compilers with --device " + name, lines);
    }

    /** Whether some compiler works; known after the run. */
    boolean works() {
        return works;
    }

    private static double relativeError(float[] found, float[] expected) {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs(found[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return difference / largest;
    }
}
