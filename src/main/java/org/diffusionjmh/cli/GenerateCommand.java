package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.diffusionjmh.compiler.CacheTally;
import org.diffusionjmh.compiler.CompileStorage;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.CallArguments;
import org.diffusionjmh.pipeline.ControlNetRequest;
import org.diffusionjmh.pipeline.DiffusionPipeline;
import org.diffusionjmh.pipeline.PipelineOptions;
import org.diffusionjmh.pipeline.Pipelines;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.pipeline.Warnings;
import org.diffusionjmh.source.ModelDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Generates pictures once and tells how long it took: the quick look, where the benchmarks are the measurement. */
@Command(
        name = "generate",
        description = "Generates pictures from a prompt, or from a prompt and a picture, and tells how long it took.",
        sortOptions = false)
final class GenerateCommand implements Callable<Integer> {
    @Mixin
    private ModelOptions model;

    @Mixin
    private StorageOptions storage;

    @Mixin
    private RequestOptions text;

    @Mixin
    private InputImageOptions input;

    @Mixin
    private ControlNetOptions control;

    @Mixin
    private LoraOptions loras;

    @Mixin
    private CallOptions extra;

    @Mixin
    private OutputOptions output;

    @Option(
            names = "--warmups",
            paramLabel = "N",
            description = "Generations before the measured one; the first compiles. Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private int warmups;

    @Mixin
    private SweepOptions sweeps;

    @Option(names = "--explain", description = "Lists what each pass of the compiler did to each network, at the end.")
    private boolean explain;

    @SuppressWarnings("unused") // picocli's
    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Optional<RgbImage> image = input.read();
        List<RgbImage> controlImages = control.read();
        CallArguments arguments = extra.arguments();
        List<GenerateTask> tasks = tasks(image, controlImages, arguments);
        CompileStorage compiled = storage.storage();
        Console console =
                new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        Explanation explanation = new Explanation();
        CacheTally cache = new CacheTally();
        Warnings warnings = new WarningPrinter(console.err(), explanation, cache);
        long start = System.nanoTime();
        PipelineOptions options = model.pipelineOptions(compiled);
        Optional<RgbImage> sizing = image.or(() -> controlImages.stream().findFirst());
        Function<ModelDescription, TextToImageRequest.Builder> requests = description -> {
            arguments.requireTakenBy(description, image.isPresent());
            return arguments.applyTo(text.request(description, options.scale(), sizing));
        };
        if (image.isPresent() && !control.models().isEmpty()) {
            var pipeline = Pipelines.controlNetImageToImage(model.model(), control.models(), options, warnings);
            run(
                    tasks,
                    new LoadedPipeline<>(
                            pipeline,
                            requests,
                            request -> arguments.applyTo(
                                    input.request(control.startedRequest(request, controlImages), image.get())),
                            options.dtype(),
                            warnings),
                    start,
                    console);
        } else if (image.isPresent()) {
            var pipeline = Pipelines.imageToImage(model.model(), options, warnings);
            run(
                    tasks,
                    new LoadedPipeline<>(
                            pipeline,
                            requests,
                            request -> arguments.applyTo(input.request(request, image.get())),
                            options.dtype(),
                            warnings),
                    start,
                    console);
        } else if (!control.models().isEmpty()) {
            var pipeline = Pipelines.controlNet(model.model(), control.models(), options, warnings);
            run(
                    tasks,
                    new LoadedPipeline<>(
                            pipeline,
                            requests,
                            request -> control.request(request, controlImages),
                            options.dtype(),
                            warnings),
                    start,
                    console);
        } else {
            var pipeline = Pipelines.textToImage(model.model(), options, warnings);
            run(
                    tasks,
                    new LoadedPipeline<>(pipeline, requests, request -> request, options.dtype(), warnings),
                    start,
                    console);
        }
        if (!cache.isEmpty()) {
            console.out().printf("Compile cache:          %s%n", cache);
        }
        if (explain) {
            console.out().println();
            console.out().println(explanation);
        }
        return ExitStatus.OK;
    }

    /** What is to be done; finds what is wrong before anything is loaded. */
    private List<GenerateTask> tasks(Optional<RgbImage> image, List<RgbImage> controlImages, CallArguments arguments)
            throws IOException {
        TextToImageRequest draft =
                arguments.applyTo(text.draft(model.isPixArt())).build();
        ControlNetRequest controlled = control.request(draft, controlImages);
        image.ifPresent(picture -> arguments.applyTo(input.request(draft, picture)));
        if (image.isPresent() && !control.models().isEmpty()) {
            arguments.applyTo(input.request(controlled, image.get()));
        }
        if (warmups < 0) {
            throw new IllegalArgumentException("warmups is " + warmups + ", want at least 0");
        }
        output.check();
        loras.check();
        List<GenerateTask> sweep = sweeps.tasks(arguments.applyTo(text.draft(model.isPixArt())), warmups, output);
        return sweep.isEmpty() ? List.of(new SingleGeneration(warmups, output)) : sweep;
    }

    private <R> void run(List<GenerateTask> tasks, LoadedPipeline<R> loaded, long start, Console console)
            throws IOException {
        try (loaded) {
            loaded.pipeline().setLoras(loras.loras());
            tellLoaded(loaded.pipeline(), loaded.dtype(), start, console.out());
            for (GenerateTask task : tasks) {
                task.run(loaded, console);
            }
        }
    }

    private static void tellLoaded(DiffusionPipeline<?> pipeline, DType dtype, long start, PrintWriter out) {
        pipeline.session().synchronize();
        out.printf(
                "Loaded %s on %s, %s%n",
                pipeline.description(), pipeline.session().device(), dtype);
        pipeline.loras().forEach(lora -> out.printf("With LoRA %s, scale %s%n", lora.file(), lora.scale()));
        out.printf("Load time:              %.3f s%n", (System.nanoTime() - start) / 1e9);
        out.flush();
    }
}
