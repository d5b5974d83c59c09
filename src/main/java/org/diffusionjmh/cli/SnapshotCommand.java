package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.pipeline.PipelineOptionsParser;
import org.diffusionjmh.source.BuiltInControlNet;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.ControlNetWriter;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a built-in model or ControlNet as a folder, for other programs to run the same weights. */
@Command(
        name = "snapshot",
        description =
                "Writes a built-in model or ControlNet, made-up weights included, as a folder that diffusers loads as"
                        + " it is.",
        sortOptions = false)
final class SnapshotCommand implements Callable<Integer> {
    private static final double BYTES_PER_GIB = 1 << 30;

    @Option(
            names = "--model",
            paramLabel = "ID",
            description = "Name of a built-in model or ControlNet. Default: ${DEFAULT-VALUE}",
            defaultValue = "SG161222/RealVisXL_V4.0")
    private String model;

    @Option(
            names = "--scale",
            paramLabel = "SIZE",
            description = "full or mini. Default: ${DEFAULT-VALUE}",
            defaultValue = "mini")
    private String scale;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Type of the weights: fp32, fp16 or bf16. Default: ${DEFAULT-VALUE}",
            defaultValue = "fp32")
    private String dtype;

    @Option(names = "--output", paramLabel = "DIR", required = true, description = "The folder; new or empty.")
    private Path output;

    @SuppressWarnings("unused") // picocli's
    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        DType type = PipelineOptionsParser.dtype(dtype).orElse(DType.FP32);
        Scale size = PipelineOptionsParser.scale(scale).orElse(Scale.MINI);
        Optional<BuiltInModel> builtIn = BuiltInModel.named(model);
        Optional<BuiltInControlNet> controlNet = BuiltInControlNet.named(model);
        if (builtIn.isPresent()) {
            new SnapshotWriter(builtIn.get(), size, type).write(output, progress());
        } else if (controlNet.isPresent()) {
            new ControlNetWriter(controlNet.get(), size, type).write(output, progress());
        } else {
            throw new IllegalArgumentException("there is no built-in model '" + model + "'; known: "
                    + BuiltInModel.knownNames() + ", and the ControlNets " + BuiltInControlNet.knownNames());
        }
        spec.commandLine().getOut().println("Snapshot: " + output);
        return ExitStatus.OK;
    }

    private SnapshotWriter.Progress progress() {
        if (!Terminal.isStandardError()) {
            return (component, bytes, total) -> {};
        }
        PrintWriter err = spec.commandLine().getErr();
        return (component, bytes, total) -> {
            err.printf("\r%-14s %.2f of %.2f GiB", component, bytes / BYTES_PER_GIB, total / BYTES_PER_GIB);
            err.print(bytes == total ? System.lineSeparator() : "");
            err.flush();
        };
    }
}
