package org.diffusionjmh.cli;

import java.util.Optional;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.PixArtOptions;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.Scale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options about what is generated. */
final class RequestOptions {
    private static final int LARGE_SIDE = 1024;
    private static final int SIDE = 512;
    private static final double XL_GUIDANCE = 5.0;
    private static final double PIXART_GUIDANCE = 4.5;
    private static final double GUIDANCE = 7.5;
    private static final double CONSISTENCY_GUIDANCE = 8.5;
    private static final int STEPS = 10;
    private static final int CONSISTENCY_STEPS = 4;

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
            description = "Strength of the prompt; 1 switches guidance off. Default: 5 for SDXL, 4.5 for PixArt,"
                    + " 8.5 for a latent consistency model, 7.5 otherwise")
    private Optional<Double> guidanceScale;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Denoising steps. Default: 4 for a latent consistency model, 10 otherwise")
    private Optional<Integer> steps;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the noise. Default: ${DEFAULT-VALUE}",
            defaultValue = "333")
    private long seed;

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
                    "A multiple of 8, any for PixArt. Default: the input image's for image to image, the control image's"
                            + " for a ControlNet, rounded down; else 1024 for a full-size SDXL or PixArt, 512 otherwise")
    private Optional<Integer> height;

    @Option(names = "--width", paramLabel = "PIXELS", description = "As --height.")
    private Optional<Integer> width;

    @Mixin
    private DeepCacheOptions deepCache;

    @Mixin
    private PixArtCallOptions pixArt;

    /**
     * The request without a model's defaults: to find what is wrong before anything is loaded.
     *
     * @param forPixArt whether the model is PixArt
     */
    TextToImageRequest.Builder draft(boolean forPixArt) {
        return request(
                height.orElse(SIDE),
                width.orElse(SIDE),
                steps.orElse(STEPS),
                guidanceScale.orElse(GUIDANCE),
                pixArt(forPixArt, true));
    }

    /**
     * The request for a model, to be changed or built.
     *
     * @param scale the model's, if it is built in
     * @param image the picture to start from, or the control picture
     */
    TextToImageRequest.Builder request(ModelDescription model, Scale scale, Optional<RgbImage> image) {
        boolean large = model.pipelineClass().contains("XL") || model.isPixArt();
        int side = large && scale == Scale.FULL ? LARGE_SIDE : SIDE;
        Optional<RgbImage> sizing = image.filter(picture -> !model.editsPictures());
        return request(
                height.or(() -> sizing.map(RgbImage::height).map(TextToImageRequest::roundedSide))
                        .orElse(side),
                width.or(() -> sizing.map(RgbImage::width).map(TextToImageRequest::roundedSide))
                        .orElse(side),
                steps.orElse(model.isLatentConsistencyModel() ? CONSISTENCY_STEPS : STEPS),
                guidanceScale.orElseGet(() -> defaultGuidance(model)),
                pixArt(model.isPixArt(), scale == Scale.FULL || height.isPresent() || width.isPresent()));
    }

    private static double defaultGuidance(ModelDescription model) {
        if (model.isPixArt()) {
            return PIXART_GUIDANCE;
        }
        if (model.isLatentConsistencyModel()) {
            return CONSISTENCY_GUIDANCE;
        }
        return model.pipelineClass().contains("XL") ? XL_GUIDANCE : GUIDANCE;
    }

    /** The options of PixArt for a model that is one; its sizes are binned unless they are the default of a narrow model. */
    private Optional<PixArtOptions> pixArt(boolean isPixArt, boolean binned) {
        if (!isPixArt) {
            pixArt.requireNone();
            return Optional.empty();
        }
        return Optional.of(pixArt.options(binned));
    }

    private TextToImageRequest.Builder request(
            int rows, int columns, int count, double guidance, Optional<PixArtOptions> ofPixArt) {
        TextToImageRequest.Builder request = TextToImageRequest.builder(prompt)
                .size(rows, columns)
                .numInferenceSteps(count)
                .guidanceScale(guidance)
                .numImagesPerPrompt(batch)
                .seed(seed);
        negativePrompt.ifPresent(request::negativePrompt);
        deepCache.read().ifPresent(request::deepCache);
        ofPixArt.ifPresent(request::pixArt);
        return request;
    }
}
