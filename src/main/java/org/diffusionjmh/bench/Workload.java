package org.diffusionjmh.bench;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.diffusionjmh.image.EllipseImage;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.ControlImage;
import org.diffusionjmh.pipeline.ControlNetRequest;
import org.diffusionjmh.pipeline.DeepCache;
import org.diffusionjmh.pipeline.DiffusionPipeline;
import org.diffusionjmh.pipeline.ImageToImageRequest;
import org.diffusionjmh.pipeline.PipelineOptions;
import org.diffusionjmh.pipeline.Pipelines;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.pipeline.Warnings;

/**
 * What a model is measured at.
 *
 * @param model its hub id
 * @param loader how it is loaded
 * @param request what it is asked for, given what every pipeline is
 * @param <R> requests of its pipeline
 */
record Workload<R>(String model, Loader<R> loader, Function<TextToImageRequest.Builder, R> request) {
    /** Steps of an interval with DeepCache: the evaluation's. */
    static final int CACHE_INTERVAL = 3;

    private static final DeepCache DEEP_CACHE = new DeepCache(CACHE_INTERVAL, 0, 0);

    /** Loads a model's pipeline. */
    @FunctionalInterface
    interface Loader<R> {
        DiffusionPipeline<R> load(String model, PipelineOptions options, Warnings warnings) throws IOException;
    }

    /** A picture from a prompt. */
    static Workload<TextToImageRequest> textToImage(String model) {
        return new Workload<>(model, Pipelines::textToImage, TextToImageRequest.Builder::build);
    }

    /** A picture from a prompt and a picture of the same size. */
    static Workload<ImageToImageRequest> imageToImage(String model) {
        return new Workload<>(model, Pipelines::imageToImage, request -> {
            TextToImageRequest text = request.build();
            return ImageToImageRequest.of(text, picture(text.height(), text.width()));
        });
    }

    /** A picture from a prompt, under the control of a white ellipse on black. */
    static Workload<ControlNetRequest> controlNet(String model, String controlNet) {
        return new Workload<>(
                model,
                (base, options, warnings) -> Pipelines.controlNet(base, List.of(controlNet), options, warnings),
                request -> {
                    TextToImageRequest text = request.build();
                    return ControlNetRequest.of(text, ControlImage.of(EllipseImage.of(text.height(), text.width())));
                });
    }

    /** The same with DeepCache: of {@link #CACHE_INTERVAL} steps, one computes the whole U-Net. */
    Workload<R> withDeepCache() {
        return new Workload<>(model, loader, text -> request.apply(text.deepCache(DEEP_CACHE)));
    }

    /** The same picture always: red grows to the right, green downwards, and blue is a grid. */
    private static RgbImage picture(int height, int width) {
        byte[] pixels = new byte[height * width * RgbImage.CHANNELS];
        int i = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixels[i++] = (byte) (255 * x / width);
                pixels[i++] = (byte) (255 * y / height);
                pixels[i++] = (byte) (x / 16 % 2 == y / 16 % 2 ? 192 : 64);
            }
        }
        return RgbImage.of(height, width, pixels);
    }
}
