package org.diffusionjmh.cli;

import ai.djl.util.Utils;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.pipeline.PipelineOptionsParser;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.report.MachineName;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The {@code -p} options of a run. JMH takes any; here a wrong one is found before a fork has loaded a model in vain. */
final class BenchmarkParameters {
    private static final String AUTO = PipelineOptionsParser.AUTO;
    private static final String CPU = "cpu";

    private final Options options;

    BenchmarkParameters(Options options) {
        this.options = options;
    }

    /**
     * Checks names and values.
     *
     * @param args the command line, for the names: JMH's options do not tell them
     * @throws IllegalArgumentException naming the parameter that does not exist or has no such value
     */
    void check(String... args) {
        SortedSet<String> known = known();
        for (int i = 0; i + 1 < args.length; i++) {
            String name = args[i + 1].split("=", 2)[0];
            if (args[i].equals("-p") && !known.isEmpty() && !known.contains(name)) {
                throw new IllegalArgumentException(
                        "no chosen benchmark has a parameter '" + name + "'; known: " + String.join(", ", known));
            }
        }
        values("compiler").forEach(Compilers::of);
        values("dtype").forEach(PipelineOptionsParser::dtype);
        values("scale").forEach(PipelineOptionsParser::scale);
        values("resolution").forEach(side -> {
            int pixels = number("resolution", side);
            request().size(pixels, pixels).build();
        });
        values("steps")
                .forEach(steps ->
                        request().numInferenceSteps(number("steps", steps)).build());
    }

    /** Names of the parameters that the chosen benchmarks have. */
    private SortedSet<String> known() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        SortedSet<String> names = new TreeSet<>();
        BenchmarkList.defaultList()
                .find(
                        OutputFormatFactory.createFormatInstance(nowhere, VerboseMode.SILENT),
                        options.getIncludes(),
                        options.getExcludes())
                .forEach(benchmark ->
                        names.addAll(benchmark.getParams().orElse(Map.of()).keySet()));
        return names;
    }

    /** The machine and the devices measured, for a file's name. */
    String hardware() {
        String devices = values("device").stream()
                .map(BenchmarkParameters::deviceName)
                .distinct()
                .collect(Collectors.joining("-"));
        return MachineName.cpu() + "-" + (devices.isEmpty() ? deviceName(AUTO) : devices);
    }

    /** CUDA's number of the GPU that is measured; of several the first. Empty if only the CPU is. */
    OptionalInt gpuNumber() {
        Collection<String> devices = values("device");
        return (devices.isEmpty() ? List.of(AUTO) : devices)
                .stream()
                        .filter(BenchmarkParameters::isGpu)
                        .mapToInt(device ->
                                device.contains(":") ? number("device", device.substring(device.indexOf(':') + 1)) : 0)
                        .findFirst();
    }

    private static boolean isGpu(String device) {
        return device.equals(AUTO) ? !bundlesLibtorch() : !device.equals(CPU);
    }

    private static String deviceName(String device) {
        return isGpu(device) ? MachineName.gpu().orElse(device.equals(AUTO) ? CPU : "cuda") : CPU;
    }

    /** Whether DJL takes the libtorch in the jar, which is one for CPUs. */
    private static boolean bundlesLibtorch() {
        boolean overridden = Utils.getEnvOrSystemProperty("PYTORCH_LIBRARY_PATH") != null;
        return !overridden && BenchmarkParameters.class.getResource("/native/lib/pytorch.properties") != null;
    }

    private Collection<String> values(String parameter) {
        return options.getParameter(parameter).orElse(List.of());
    }

    private static TextToImageRequest.Builder request() {
        return TextToImageRequest.builder("");
    }

    private static int number(String parameter, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(parameter + " is '" + value + "', want a whole number", e);
        }
    }
}
