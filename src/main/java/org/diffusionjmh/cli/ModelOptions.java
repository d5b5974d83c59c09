package org.diffusionjmh.cli;

import java.io.IOException;
import java.util.Optional;
import org.diffusionjmh.compiler.CompileStorage;
import org.diffusionjmh.compiler.CompilerLog;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.pipeline.PipelineOptions;
import org.diffusionjmh.pipeline.PipelineOptionsParser;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.ModelResolver;
import picocli.CommandLine.Option;

/** The options about what is loaded, and how it is compiled. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "ID|DIR",
            description = "Snapshot folder, or hub id in the local Hugging Face cache; a built-in model with made-up"
                    + " weights if there is none. Default: ${DEFAULT-VALUE}",
            defaultValue = "SG161222/RealVisXL_V4.0")
    private String model;

    @Option(names = "--variant", paramLabel = "NAME", description = "Variant of the weights' files, such as fp16.")
    private Optional<String> variant;

    @Option(
            names = "--scheduler",
            paramLabel = "CLASS",
            description = "diffusers' name of the scheduler; none for the snapshot's own; or auto:"
                    + " EulerAncestralDiscreteScheduler, but the snapshot's own if that is LCMScheduler or the model is"
                    + " PixArt."
                    + " Default: ${DEFAULT-VALUE}",
            defaultValue = PipelineOptionsParser.AUTO)
    private String scheduler;

    @Option(
            names = "--compiler",
            paramLabel = "NAME",
            description = "none, torchscript, cudagraph or fused, its options after its name:"
                    + " fused{\"mode\": \"low-precision\"}. Default: ${DEFAULT-VALUE}",
            defaultValue = "none")
    private String compiler;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "fp32, fp16, bf16 or auto: fp16 on a GPU, fp32 on a CPU. Default: ${DEFAULT-VALUE}",
            defaultValue = PipelineOptionsParser.AUTO)
    private String dtype;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "cpu, cuda, cuda:1 or auto. Default: ${DEFAULT-VALUE}",
            defaultValue = PipelineOptionsParser.AUTO)
    private String device;

    @Option(
            names = "--scale",
            paramLabel = "SIZE",
            description = "Size of a built-in model: full, mini or auto: full on a GPU, mini on a CPU."
                    + " Default: ${DEFAULT-VALUE}",
            defaultValue = PipelineOptionsParser.AUTO)
    private String scale;

    /** What to load, as {@link org.diffusionjmh.pipeline.Pipelines} takes it. */
    String model() {
        return model;
    }

    /** Whether it is PixArt-alpha, as far as that can be seen without opening it. */
    boolean isPixArt() throws IOException {
        return ModelResolver.of(System.getenv())
                .pipelineClass(model)
                .filter(ModelDescription::isPixArt)
                .isPresent();
    }

    /**
     * How to load and run it. Loads libtorch.
     *
     * @param storage where compiled things are kept
     * @throws IllegalArgumentException if an option has no legal value
     */
    PipelineOptions pipelineOptions(CompileStorage storage) {
        Compilers.of(compiler, storage, CompilerLog.system());
        return PipelineOptionsParser.parse(device, dtype, compiler, scale, variant, scheduler)
                .withStorage(storage);
    }
}
