package org.diffusionjmh.pipeline;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.scheduler.CustomSchedule;
import org.diffusionjmh.scheduler.SamplingOptions;

/**
 * What to generate. Names and defaults are those of diffusers' text-to-image pipelines.
 *
 * @param prompts one or more prompts
 * @param negativePrompts what to steer away from, one per prompt; absent is not the same as empty: SDXL then uses zeros
 * @param prompts2 prompts of SDXL's second text encoder; absent: {@code prompts}
 * @param negativePrompts2 negative prompts of the second text encoder; absent: {@code negativePrompts}
 * @param height height of the pictures in pixels, a multiple of 8 unless PixArt resizes
 * @param width width of the pictures in pixels, a multiple of 8 unless PixArt resizes
 * @param numInferenceSteps denoising steps
 * @param guidanceScale strength of the prompt; 1 or less switches guidance off
 * @param guidanceRescale 0 to 1, against overexposure
 * @param numImagesPerPrompt pictures per prompt
 * @param seed seed of the noise
 * @param clipSkip layers of the text encoder to leave out at its end
 * @param sizeConditions SDXL's size conditions
 * @param denoisingEnd fraction of the run after which it stops, above 0 and at most 1
 * @param eta DDIM's share of DDPM's noise, 0 to 1; 0 with other schedulers
 * @param originalInferenceSteps steps of the schedule that a latent consistency model was distilled at; absent: the scheduler's
 * @param schedule where the steps lie, in place of their number; absent: where the scheduler has them
 * @param deepCache what is kept from step to step; absent: nothing is
 * @param pixArt options of PixArt-alpha; absent: their defaults
 */
public record TextToImageRequest(
        List<String> prompts,
        Optional<List<String>> negativePrompts,
        Optional<List<String>> prompts2,
        Optional<List<String>> negativePrompts2,
        int height,
        int width,
        int numInferenceSteps,
        double guidanceScale,
        double guidanceRescale,
        int numImagesPerPrompt,
        long seed,
        OptionalInt clipSkip,
        SizeConditions sizeConditions,
        OptionalDouble denoisingEnd,
        double eta,
        OptionalInt originalInferenceSteps,
        Optional<CustomSchedule> schedule,
        Optional<DeepCache> deepCache,
        Optional<PixArtOptions> pixArt) {
    /** Sizes must be multiples of it: the VAE's factor. */
    public static final int SIZE_MULTIPLE = 8;

    public TextToImageRequest {
        prompts = List.copyOf(prompts);
        require(!prompts.isEmpty(), "no prompt was given");
        sameCount("negative_prompt", negativePrompts, prompts);
        sameCount("prompt_2", prompts2, prompts);
        sameCount("negative_prompt_2", negativePrompts2, prompts);
        if (pixArt.isEmpty() || !pixArt.get().useResolutionBinning()) {
            multiple("height", height);
            multiple("width", width);
        }
        require(height >= 1 && width >= 1, "the size is " + height + "x" + width + ", want at least 1x1");
        require(numInferenceSteps >= 1, "num_inference_steps is " + numInferenceSteps + ", want at least 1");
        require(numImagesPerPrompt >= 1, "num_images_per_prompt is " + numImagesPerPrompt + ", want at least 1");
        require(
                guidanceRescale >= 0 && guidanceRescale <= 1,
                "guidance_rescale is " + guidanceRescale + ", want 0 to 1");
        denoisingEnd.ifPresent(end -> require(
                end > 0 && end <= 1,
                "denoising_end is " + end + ", want above 0 and at most 1, which is the whole run"));
        require(eta >= 0 && eta <= 1, "eta is " + eta + ", want 0 to 1");
        require(clipSkip.isEmpty() || clipSkip.getAsInt() >= 0, "clip_skip is " + clipSkip + ", want at least 0");
    }

    /** A builder with diffusers' defaults for what is not set. */
    public static Builder builder(String prompt) {
        return new Builder(List.of(prompt));
    }

    /** A builder for several prompts at once. */
    public static Builder builder(List<String> prompts) {
        return new Builder(prompts);
    }

    /** The largest multiple of {@link #SIZE_MULTIPLE} that a side holds. */
    public static int roundedSide(int pixels) {
        return pixels - pixels % SIZE_MULTIPLE;
    }

    /** Pictures in all. */
    public int images() {
        return prompts.size() * numImagesPerPrompt;
    }

    /** What it asks of the scheduler, for a whole run. */
    SamplingOptions sampling() {
        return schedule.map(SamplingOptions::along).orElseGet(() -> SamplingOptions.ofSteps(numInferenceSteps));
    }

    /** A builder of this request. */
    public Builder toBuilder() {
        Builder builder = new Builder(prompts);
        builder.negativePrompts = negativePrompts;
        builder.prompts2 = prompts2;
        builder.negativePrompts2 = negativePrompts2;
        builder.height = height;
        builder.width = width;
        builder.numInferenceSteps = numInferenceSteps;
        builder.guidanceScale = guidanceScale;
        builder.guidanceRescale = guidanceRescale;
        builder.numImagesPerPrompt = numImagesPerPrompt;
        builder.seed = seed;
        builder.clipSkip = clipSkip;
        builder.sizeConditions = sizeConditions;
        builder.denoisingEnd = denoisingEnd;
        builder.eta = eta;
        builder.schedule = schedule;
        builder.originalInferenceSteps = originalInferenceSteps;
        builder.deepCache = deepCache;
        builder.pixArt = pixArt;
        return builder;
    }

    /**
     * Checks that the size is one of latents.
     *
     * @throws IllegalArgumentException if a side is no multiple of {@link #SIZE_MULTIPLE}
     */
    void requireWholeLatents() {
        multiple("height", height);
        multiple("width", width);
    }

    private static void sameCount(String name, Optional<List<String>> texts, List<String> prompts) {
        texts.ifPresent(list -> require(
                list.size() == prompts.size(),
                name + " has " + list.size() + " texts, want one per prompt: " + prompts.size()));
    }

    private static void multiple(String name, int value) {
        require(
                value >= SIZE_MULTIPLE && value % SIZE_MULTIPLE == 0,
                name + " is " + value + ", want a multiple of " + SIZE_MULTIPLE);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects a request; everything but the prompt has a default. */
    public static final class Builder {
        private final List<String> prompts;
        private Optional<List<String>> negativePrompts = Optional.empty();
        private Optional<List<String>> prompts2 = Optional.empty();
        private Optional<List<String>> negativePrompts2 = Optional.empty();
        private int height = 512;
        private int width = 512;
        private int numInferenceSteps = 50;
        private double guidanceScale = 7.5;
        private double guidanceRescale;
        private int numImagesPerPrompt = 1;
        private long seed;
        private OptionalInt clipSkip = OptionalInt.empty();
        private SizeConditions sizeConditions = SizeConditions.NONE;
        private OptionalDouble denoisingEnd = OptionalDouble.empty();
        private double eta;
        private OptionalInt originalInferenceSteps = OptionalInt.empty();
        private Optional<CustomSchedule> schedule = Optional.empty();
        private Optional<DeepCache> deepCache = Optional.empty();
        private Optional<PixArtOptions> pixArt = Optional.empty();

        private Builder(List<String> prompts) {
            this.prompts = prompts;
        }

        /** The same negative prompt for every prompt. */
        public Builder negativePrompt(String text) {
            return negativePrompts(Collections.nCopies(prompts.size(), text));
        }

        public Builder negativePrompts(List<String> texts) {
            negativePrompts = Optional.of(List.copyOf(texts));
            return this;
        }

        public Builder prompts2(List<String> texts) {
            prompts2 = Optional.of(List.copyOf(texts));
            return this;
        }

        public Builder negativePrompts2(List<String> texts) {
            negativePrompts2 = Optional.of(List.copyOf(texts));
            return this;
        }

        public Builder size(int newHeight, int newWidth) {
            height = newHeight;
            width = newWidth;
            return this;
        }

        /** The size of a picture, each side rounded down to a multiple of {@link #SIZE_MULTIPLE}. */
        public Builder sizeOf(RgbImage picture) {
            return size(roundedSide(picture.height()), roundedSide(picture.width()));
        }

        public Builder numInferenceSteps(int steps) {
            numInferenceSteps = steps;
            return this;
        }

        public Builder guidanceScale(double scale) {
            guidanceScale = scale;
            return this;
        }

        public Builder guidanceRescale(double rescale) {
            guidanceRescale = rescale;
            return this;
        }

        public Builder numImagesPerPrompt(int images) {
            numImagesPerPrompt = images;
            return this;
        }

        public Builder seed(long newSeed) {
            seed = newSeed;
            return this;
        }

        public Builder clipSkip(int layers) {
            clipSkip = OptionalInt.of(layers);
            return this;
        }

        public Builder sizeConditions(SizeConditions conditions) {
            sizeConditions = conditions;
            return this;
        }

        public Builder denoisingEnd(double fraction) {
            denoisingEnd = OptionalDouble.of(fraction);
            return this;
        }

        public Builder eta(double share) {
            eta = share;
            return this;
        }

        public Builder originalInferenceSteps(int steps) {
            originalInferenceSteps = OptionalInt.of(steps);
            return this;
        }

        public Builder schedule(CustomSchedule values) {
            schedule = Optional.of(values);
            return this;
        }

        public Builder pixArt(PixArtOptions options) {
            pixArt = Optional.of(options);
            return this;
        }

        public Builder deepCache(DeepCache cache) {
            deepCache = Optional.of(cache);
            return this;
        }

        /**
         * @throws IllegalArgumentException naming the option that has no legal value
         */
        public TextToImageRequest build() {
            return new TextToImageRequest(
                    prompts,
                    negativePrompts,
                    prompts2,
                    negativePrompts2,
                    height,
                    width,
                    numInferenceSteps,
                    guidanceScale,
                    guidanceRescale,
                    numImagesPerPrompt,
                    seed,
                    clipSkip,
                    sizeConditions,
                    denoisingEnd,
                    eta,
                    originalInferenceSteps,
                    schedule,
                    deepCache,
                    pixArt);
        }
    }
}
