package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.ControlNetPipeline;
import org.diffusionjmh.pipeline.DiffusionPipeline;
import org.diffusionjmh.pipeline.ImageToImagePipeline;
import org.diffusionjmh.pipeline.PipelineOptions;
import org.diffusionjmh.pipeline.Pipelines;
import org.diffusionjmh.pipeline.TextToImagePipeline;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.pipeline.Warnings;
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
    private static final double BYTES_PER_GIB = 1 << 30;

    @Mixin
    private ModelOptions model;

    @Mixin
    private RequestOptions text;

    @Mixin
    private InputImageOptions input;

    @Mixin
    private ControlNetOptions control;

    @Mixin
    private LoraOptions loras;

    @Mixin
    private OutputOptions output;

    @Option(
            names = "--warmups",
            paramLabel = "N",
            description = "Generations before the measured one; the first compiles. Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private int warmups;

    @SuppressWarnings("unused") // picocli's
    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Optional<RgbImage> image = input.read();
        List<RgbImage> controlImages = control.read();
        checkOptions(image, controlImages);
        Warnings warnings = new WarningPrinter(spec.commandLine().getErr());
        long start = System.nanoTime();
        PipelineOptions options = model.pipelineOptions();
        if (image.isPresent()) {
            try (ImageToImagePipeline pipeline = Pipelines.imageToImage(model.model(), options, warnings)) {
                pipeline.setLoras(loras.loras());
                tellLoaded(pipeline, options, start);
                TextToImageRequest request = text.request(pipeline.description(), options.scale(), image);
                generate(pipeline, input.request(request, image.get()), warnings);
            }
        } else if (!control.models().isEmpty()) {
            try (ControlNetPipeline pipeline =
                    Pipelines.controlNet(model.model(), control.models(), options, warnings)) {
                pipeline.setLoras(loras.loras());
                tellLoaded(pipeline, options, start);
                Optional<RgbImage> sizing = controlImages.stream().findFirst();
                TextToImageRequest request = text.request(pipeline.description(), options.scale(), sizing);
                generate(pipeline, control.request(request, controlImages), warnings);
            }
        } else {
            try (TextToImagePipeline pipeline = Pipelines.textToImage(model.model(), options, warnings)) {
                pipeline.setLoras(loras.loras());
                tellLoaded(pipeline, options, start);
                generate(pipeline, text.request(pipeline.description(), options.scale(), image), warnings);
            }
        }
        return ExitStatus.OK;
    }

    /** Finds what is wrong before anything is loaded. */
    private void checkOptions(Optional<RgbImage> image, List<RgbImage> controlImages) throws IOException {
        TextToImageRequest draft = text.draft(model.isPixArt());
        image.ifPresent(picture -> input.request(draft, picture));
        control.request(draft, controlImages);
        if (image.isPresent() && !control.models().isEmpty()) {
            throw new IllegalArgumentException(
                    "--controlnet does not go with --input-image: ControlNets control what is made from text");
        }
        if (warmups < 0) {
            throw new IllegalArgumentException("warmups is " + warmups + ", want at least 0");
        }
        output.check();
        loras.check();
    }

    private void tellLoaded(DiffusionPipeline<?> pipeline, PipelineOptions options, long start) {
        PrintWriter out = spec.commandLine().getOut();
        pipeline.session().synchronize();
        out.printf(
                "Loaded %s on %s, %s%n",
                pipeline.description(), pipeline.session().device(), options.dtype());
        pipeline.loras().forEach(lora -> out.printf("With LoRA %s, scale %s%n", lora.file(), lora.scale()));
        out.printf("Load time:              %.3f s%n", (System.nanoTime() - start) / 1e9);
        out.flush();
    }

    private <R> void generate(DiffusionPipeline<R> pipeline, R request, Warnings warnings) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (GenerationTimer<R> timer = new GenerationTimer<>(pipeline, request, err, warnings)) {
            for (int warmup = 0; warmup < warmups; warmup++) {
                timer.generate("warm-up");
                if (warmup == 0) {
                    out.printf("Warm-up time:           %.3f s%n", timer.seconds());
                }
            }
            output.write(timer.generate("inference"), out);
            out.printf("Inference time:         %.3f s%n", timer.seconds());
            out.printf("Iterations per second:  %s%n", rate(timer));
            out.printf("Max used memory:        %.3f GiB%n", timer.peakMemoryBytes() / BYTES_PER_GIB);
        }
    }

    private static String rate(GenerationTimer<?> timer) {
        OptionalDouble rate = timer.iterationsPerSecond();
        return rate.isPresent() ? String.format("%.2f", rate.getAsDouble()) : "- (needs two steps)";
    }
}
