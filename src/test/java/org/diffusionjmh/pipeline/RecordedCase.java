package org.diffusionjmh.pipeline;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.lora.Lora;
import org.diffusionjmh.scheduler.CustomSchedule;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;

/**
 * A call of a pipeline that was recorded from diffusers.
 *
 * @param fixture the fixture's folder
 * @param golden its tensors
 * @param recorded the entry of {@code golden.json}
 */
record RecordedCase(Path fixture, GoldenTensors golden, JsonObject recorded) {
    private static final Set<String> KNOWN_ARGUMENTS = Set.of(
            "prompt",
            "prompt_2",
            "negative_prompt",
            "negative_prompt_2",
            "height",
            "width",
            "num_inference_steps",
            "guidance_scale",
            "guidance_rescale",
            "num_images_per_prompt",
            "clip_skip",
            "denoising_end",
            "original_inference_steps",
            "original_size",
            "crops_coords_top_left",
            "target_size",
            "negative_original_size",
            "negative_crops_coords_top_left",
            "negative_target_size",
            "timesteps",
            "sigmas",
            "image",
            "control_image",
            "strength",
            "image_guidance_scale",
            "controlnet_conditioning_scale",
            "control_guidance_start",
            "control_guidance_end",
            "guess_mode",
            "clean_caption",
            "use_resolution_binning",
            "max_sequence_length");

    static Stream<RecordedCase> of(String... kinds) {
        return Fixtures.ofKind(kinds).stream().flatMap(fixture -> {
            GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
            JsonArray cases = Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("cases");
            return cases.asList().stream().map(entry -> new RecordedCase(fixture, golden, entry.getAsJsonObject()));
        });
    }

    String id() {
        return recorded.get("id").getAsString();
    }

    @Override
    public String toString() {
        return fixture.getFileName() + "/" + id();
    }

    String pipelineClass() {
        return recorded.get("pipeline").getAsString();
    }

    boolean has(String tensor) {
        return golden.has(id() + "/" + tensor);
    }

    GoldenTensors.Tensor tensor(String name) {
        return golden.get(id() + "/" + name);
    }

    Path snapshot() {
        return fixture.resolve(recorded.get("snapshot").getAsString());
    }

    Optional<String> variant() {
        return recorded.has("variant") ? Optional.of(recorded.get("variant").getAsString()) : Optional.empty();
    }

    /** The folder of another transformer than the snapshot's, where the call used one. */
    Optional<Path> transformer() {
        return recorded.has("transformer")
                ? Optional.of(fixture.resolve(recorded.get("transformer").getAsString()))
                : Optional.empty();
    }

    /** The scheduler's configuration where the call used another than the snapshot's. */
    Optional<JsonObject> scheduler() {
        return recorded.has("scheduler") ? Optional.of(recorded.getAsJsonObject("scheduler")) : Optional.empty();
    }

    /** The LoRAs that were fused into the weights. */
    List<Lora> loras() {
        JsonObject lora = recorded.getAsJsonObject("lora");
        return lora == null
                ? List.of()
                : List.of(new Lora(
                        fixture.resolve(lora.get("file").getAsString()),
                        lora.get("scale").getAsDouble()));
    }

    /** The call's arguments; fails on one that this test does not know, so that none is ignored. */
    TextToImageRequest request() {
        JsonObject call = recorded.getAsJsonObject("call");
        call.keySet().stream().filter(key -> !KNOWN_ARGUMENTS.contains(key)).forEach(key -> {
            throw new AssertionError(this + ": argument '" + key + "' is not known here");
        });
        TextToImageRequest.Builder request = TextToImageRequest.builder(texts(call.get("prompt")));
        given(call, "image").ifPresent(value -> request.sizeOf(image()));
        given(call, "height")
                .ifPresent(value ->
                        request.size(value.getAsInt(), call.get("width").getAsInt()));
        request.numInferenceSteps(call.get("num_inference_steps").getAsInt());
        request.guidanceScale(call.get("guidance_scale").getAsDouble());
        request.seed(recorded.get("seed").getAsLong());
        given(call, "negative_prompt").ifPresent(value -> request.negativePrompts(texts(value)));
        given(call, "prompt_2").ifPresent(value -> request.prompts2(texts(value)));
        given(call, "negative_prompt_2").ifPresent(value -> request.negativePrompts2(texts(value)));
        given(call, "guidance_rescale").ifPresent(value -> request.guidanceRescale(value.getAsDouble()));
        given(call, "num_images_per_prompt").ifPresent(value -> request.numImagesPerPrompt(value.getAsInt()));
        given(call, "clip_skip").ifPresent(value -> request.clipSkip(value.getAsInt()));
        given(call, "denoising_end").ifPresent(value -> request.denoisingEnd(value.getAsDouble()));
        given(call, "original_inference_steps").ifPresent(value -> request.originalInferenceSteps(value.getAsInt()));
        for (CustomSchedule.Kind kind : CustomSchedule.Kind.values()) {
            given(call, kind.toString()).ifPresent(values -> request.schedule(schedule(kind, values)));
        }
        request.sizeConditions(new SizeConditions(
                pair(call, "original_size"),
                pair(call, "crops_coords_top_left").orElse(SizeConditions.Pair.ZERO),
                pair(call, "target_size"),
                pair(call, "negative_original_size"),
                pair(call, "negative_crops_coords_top_left").orElse(SizeConditions.Pair.ZERO),
                pair(call, "negative_target_size")));
        given(recorded, "deepcache")
                .map(JsonElement::getAsJsonObject)
                .ifPresent(cache -> request.deepCache(deepCache(cache)));
        pixArt(call).ifPresent(request::pixArt);
        return request.build();
    }

    private static CustomSchedule schedule(CustomSchedule.Kind kind, JsonElement values) {
        return new CustomSchedule(
                kind,
                values.getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsDouble)
                        .toList());
    }

    boolean takesPicture() {
        return given(recorded.getAsJsonObject("call"), "image").isPresent();
    }

    /** The options of PixArt, if the call has any. */
    private static Optional<PixArtOptions> pixArt(JsonObject call) {
        PixArtOptions options = PixArtOptions.DEFAULT;
        if (call.has("clean_caption")) {
            options = options.withCleanCaption(call.get("clean_caption").getAsBoolean());
        }
        if (call.has("use_resolution_binning")) {
            options = options.withResolutionBinning(
                    call.get("use_resolution_binning").getAsBoolean());
        }
        if (call.has("max_sequence_length")) {
            options = options.withMaxSequenceLength(
                    call.get("max_sequence_length").getAsInt());
        }
        return options.equals(PixArtOptions.DEFAULT) ? Optional.empty() : Optional.of(options);
    }

    /** The call's arguments, of a pipeline that takes a picture. */
    ImageToImageRequest imageRequest() {
        JsonObject call = recorded.getAsJsonObject("call");
        return new ImageToImageRequest(
                request(), image(), number(call, "strength"), number(call, "image_guidance_scale"));
    }

    /** The folders of the ControlNets, one or a list of them. */
    List<Path> controlNets() {
        return texts(recorded.get("controlnet")).stream().map(fixture::resolve).toList();
    }

    /** The call's arguments, of a pipeline with ControlNets; a single number stands for all of them. */
    ControlNetRequest controlRequest() {
        return controlRequest(images("image"), 1);
    }

    /** The call's arguments, of a pipeline with ControlNets that starts from a picture. */
    ControlNetImageToImageRequest startedControlRequest() {
        return new ControlNetImageToImageRequest(
                controlRequest(images("control_image"), ControlNetImageToImageRequest.DEFAULT_CONDITIONING_SCALE),
                image(),
                number(recorded.getAsJsonObject("call"), "strength"));
    }

    private ControlNetRequest controlRequest(List<RgbImage> images, double defaultScale) {
        JsonObject call = recorded.getAsJsonObject("call");
        List<ControlImage> controls = IntStream.range(0, images.size())
                .mapToObj(i -> new ControlImage(
                        images.get(i),
                        number(call, "controlnet_conditioning_scale", i, defaultScale),
                        number(call, "control_guidance_start", i, 0),
                        number(call, "control_guidance_end", i, 1)))
                .toList();
        boolean guessMode =
                given(call, "guess_mode").map(JsonElement::getAsBoolean).orElse(false);
        return new ControlNetRequest(request(), controls, guessMode);
    }

    private static DeepCache deepCache(JsonObject cache) {
        return new DeepCache(
                cache.get("cache_interval").getAsInt(),
                cache.get("cache_layer_id").getAsInt(),
                cache.get("cache_block_id").getAsInt());
    }

    private RgbImage image() {
        return images("image").get(0);
    }

    private List<RgbImage> images(String key) {
        return texts(recorded.getAsJsonObject("call").get(key)).stream()
                .map(file -> {
                    try {
                        return RgbImage.read(fixture.resolve(file));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private static double number(JsonObject call, String key, int index, double otherwise) {
        return given(call, key)
                .map(value -> value.isJsonArray() ? value.getAsJsonArray().get(index) : value)
                .map(JsonElement::getAsDouble)
                .orElse(otherwise);
    }

    private static OptionalDouble number(JsonObject call, String key) {
        return given(call, key)
                .map(value -> OptionalDouble.of(value.getAsDouble()))
                .orElse(OptionalDouble.empty());
    }

    private static Optional<JsonElement> given(JsonObject call, String key) {
        return Optional.ofNullable(call.get(key)).filter(value -> !value.isJsonNull());
    }

    private static Optional<SizeConditions.Pair> pair(JsonObject call, String key) {
        return given(call, key)
                .map(JsonElement::getAsJsonArray)
                .map(pair -> new SizeConditions.Pair(
                        pair.get(0).getAsInt(), pair.get(1).getAsInt()));
    }

    private static List<String> texts(JsonElement value) {
        List<String> texts = new ArrayList<>();
        if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(text -> texts.add(text.getAsString()));
        } else {
            texts.add(value.getAsString());
        }
        return texts;
    }
}
