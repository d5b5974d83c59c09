package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import org.diffusionjmh.image.ImageFormat;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.DiffusionPipeline;
import org.diffusionjmh.pipeline.ImageToImagePipeline;
import org.diffusionjmh.pipeline.PipelineOptions;
import org.diffusionjmh.pipeline.PipelineOptionsParser;
import org.diffusionjmh.pipeline.Pipelines;
import org.diffusionjmh.pipeline.TextToImagePipeline;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.pipeline.Warnings;
import org.diffusionjmh.report.WritableFolders;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.Scale;
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
    private static final int XL_SIDE = 1024;
    private static final int SIDE = 512;
    private static final double XL_GUIDANCE = 5.0;
    private static final double GUIDANCE = 7.5;

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
            description = "diffusers' name of the scheduler, or none for the snapshot's own. Default: ${DEFAULT-VALUE}",
            defaultValue = "EulerAncestralDiscreteScheduler")
    private String scheduler;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Denoising steps. Default: ${DEFAULT-VALUE}",
            defaultValue = "10")
    private int steps;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "Default: ${DEFAULT-VALUE}",
            defaultValue = "best quality, realistic, unreal engine, 4K, a cat sitting on human lap")
    private String prompt;

    @Option(names = "--negative-prompt", paramLabel = "TEXT", description = "What to steer away from. Default: none")
    private Optional<String> negativePrompt;

    @Option(
            names = "--guidance-scale",
            paramLabel = "X",
            description = "Strength of the prompt; 1 switches guidance off. Default: 5 for SDXL, 7.5 otherwise")
    private Optional<Double> guidanceScale;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the noise. Default: ${DEFAULT-VALUE}",
            defaultValue = "333")
    private long seed;

    @Option(
            names = "--warmups",
            paramLabel = "N",
            description = "Generations before the measured one; the first compiles. Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private int warmups;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Pictures at once. Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private int batch;

    @Option(
            names = "--height",
            paramLabel = "PIXELS",
            description =
                    "A multiple of 8. Default: the input image's for image to image, rounded down; else 1024 for a"
                            + " full-size SDXL, 512 otherwise")
    private Optional<Integer> height;

    @Option(names = "--width", paramLabel = "PIXELS", description = "A multiple of 8. Default: as for --height")
    private Optional<Integer> width;

    @Option(
            names = "--output-image",
            paramLabel = "FILE",
            description = "PNG or JPEG file to write; of several pictures, NAME-0, NAME-1 and so on.")
    private Optional<Path> outputImage;

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

    @Mixin
    private InputImageOptions input;

    @SuppressWarnings("unused") // picocli's
    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Optional<RgbImage> image = input.read();
        checkOptions(image);
        PrintWriter err = spec.commandLine().getErr();
        Set<String> told = new HashSet<>();
        Warnings warnings = message -> {
            if (told.add(message)) { // each generation tells again
                err.println("warning: " + message);
            }
        };
        long start = System.nanoTime();
        PipelineOptions options = PipelineOptionsParser.parse(device, dtype, compiler, scale, variant, scheduler);
        if (image.isPresent()) {
            try (ImageToImagePipeline pipeline = Pipelines.imageToImage(model, options, warnings)) {
                tellLoaded(pipeline, options, start);
                TextToImageRequest text = request(pipeline.description(), options.scale(), image);
                generate(pipeline, input.request(text, image.get()), warnings);
            }
        } else {
            try (TextToImagePipeline pipeline = Pipelines.textToImage(model, options, warnings)) {
                tellLoaded(pipeline, options, start);
                generate(pipeline, request(pipeline.description(), options.scale(), image), warnings);
            }
        }
        return ExitStatus.OK;
    }

    /** Finds what is wrong before anything is loaded. */
    private void checkOptions(Optional<RgbImage> image) throws IOException {
        TextToImageRequest text = requestOf(height.orElse(SIDE), width.orElse(SIDE), guidanceScale.orElse(GUIDANCE));
        image.ifPresent(picture -> input.request(text, picture));
        if (warmups < 0) {
            throw new IllegalArgumentException("warmups is " + warmups + ", want at least 0");
        }
        if (outputImage.isPresent()) {
            ImageFormat.of(outputImage.get());
            WritableFolders.require(outputImage.get());
        }
    }

    private TextToImageRequest request(ModelDescription description, Scale scaleInUse, Optional<RgbImage> image) {
        boolean xl = description.pipelineClass().contains("XL");
        int side = xl && scaleInUse == Scale.FULL ? XL_SIDE : SIDE;
        Optional<RgbImage> sizing = image.filter(picture -> !description.editsPictures());
        return requestOf(
                height.or(() -> sizing.map(RgbImage::height).map(TextToImageRequest::roundedSide))
                        .orElse(side),
                width.or(() -> sizing.map(RgbImage::width).map(TextToImageRequest::roundedSide))
                        .orElse(side),
                guidanceScale.orElse(xl ? XL_GUIDANCE : GUIDANCE));
    }

    private TextToImageRequest requestOf(int rows, int columns, double guidance) {
        TextToImageRequest.Builder request = TextToImageRequest.builder(prompt)
                .size(rows, columns)
                .numInferenceSteps(steps)
                .guidanceScale(guidance)
                .numImagesPerPrompt(batch)
                .seed(seed);
        negativePrompt.ifPresent(request::negativePrompt);
        return request.build();
    }

    private void tellLoaded(DiffusionPipeline<?> pipeline, PipelineOptions options, long start) {
        PrintWriter out = spec.commandLine().getOut();
        pipeline.session().synchronize();
        out.printf(
                "Loaded %s on %s, %s%n",
                pipeline.description(), pipeline.session().device(), options.dtype());
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
            write(timer.generate("inference"), out);
            out.printf("Inference time:         %.3f s%n", timer.seconds());
            out.printf("Iterations per second:  %s%n", rate(timer));
            out.printf("Max used memory:        %.3f GiB%n", timer.peakMemoryBytes() / BYTES_PER_GIB);
        }
    }

    private static String rate(GenerationTimer<?> timer) {
        OptionalDouble rate = timer.iterationsPerSecond();
        return rate.isPresent() ? String.format("%.2f", rate.getAsDouble()) : "- (needs two steps)";
    }

    private void write(List<RgbImage> images, PrintWriter out) throws IOException {
        if (outputImage.isEmpty()) {
            return;
        }
        Path file = outputImage.get();
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        for (int i = 0; i < images.size(); i++) {
            Path target = images.size() == 1
                    ? file
                    : file.resolveSibling(name.substring(0, dot) + "-" + i + name.substring(dot));
            images.get(i).write(target);
            out.println("Picture: " + target);
        }
    }
}
