package org.diffusionjmh.pipeline;

import com.google.gson.JsonElement;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.diffusionjmh.scheduler.CustomSchedule;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.weights.JsonObjects;

/**
 * Arguments of a pipeline's call by diffusers' names, as people write them: a JSON object such as <code>{"clip_skip": 1, "original_size":
 * [512, 768]}</code>. Null is what it is in Python: the argument is not given.
 */
public final class CallArguments {
    /** What each argument belongs to; elsewhere it is refused, not ignored. */
    private static final Map<String, Predicate<Call>> KNOWN = known();

    private final Map<String, JsonElement> given;

    /** What is called. */
    private record Call(ModelDescription model, boolean image) {
        boolean family(String prefix) {
            return model.pipelineClass().startsWith(prefix);
        }

        @Override
        public String toString() {
            boolean toImage = image && !model.editsPictures();
            return model.pipelineClass() + (toImage ? ", from a picture," : "");
        }
    }

    private static Map<String, Predicate<Call>> known() {
        Predicate<Call> any = call -> true;
        Predicate<Call> edit = call -> call.model().editsPictures();
        Predicate<Call> xl = call -> call.family("StableDiffusionXL");
        Predicate<Call> sd = call -> call.family("StableDiffusion") && !xl.test(call);
        Predicate<Call> consistency = call -> call.model().isLatentConsistencyModel();
        Predicate<Call> control = call -> call.model().takesControlNets();
        Predicate<Call> controlledStart = control.and(Call::image);
        Map<String, Predicate<Call>> known = new TreeMap<>();
        known.put("negative_prompt", consistency.negate());
        known.put("guidance_scale", any);
        known.put("num_images_per_prompt", any);
        known.put("eta", consistency.negate());
        known.put("original_inference_steps", consistency);
        known.put("timesteps", edit.or(controlledStart).negate());
        known.put("sigmas", edit.or(controlledStart).or(consistency).negate());
        known.put("guidance_rescale", xl.or(sd.and(call -> !call.image())).and(control.negate()));
        known.put("clip_skip", xl.or(sd).or(consistency).and(edit.negate()));
        known.put("strength", edit.negate().and(Call::image));
        known.put("image_guidance_scale", edit);
        known.put("prompt_2", xl);
        known.put("negative_prompt_2", xl);
        known.put("denoising_end", xl.and(controlledStart.negate()));
        known.put("original_size", xl);
        known.put("crops_coords_top_left", xl);
        known.put("target_size", xl);
        known.put("negative_original_size", xl.and(edit.negate()));
        known.put("negative_crops_coords_top_left", xl.and(edit.negate()));
        known.put("negative_target_size", xl.and(edit.negate()));
        return Collections.unmodifiableMap(known);
    }

    private CallArguments(Map<String, JsonElement> given) {
        this.given = given;
    }

    /** No arguments. */
    public static CallArguments none() {
        return new CallArguments(Map.of());
    }

    /**
     * Reads an object.
     *
     * @throws IllegalArgumentException if it is none, or has a name that no pipeline takes; the message lists those that are known
     */
    public static CallArguments parse(String json) {
        Map<String, JsonElement> given = new TreeMap<>();
        for (Map.Entry<String, JsonElement> entry :
                JsonObjects.parse("call arguments", json, "{\"clip_skip\": 1}").entrySet()) {
            if (!KNOWN.containsKey(entry.getKey())) {
                throw new IllegalArgumentException("call argument '" + entry.getKey() + "' is not known; known: "
                        + String.join(", ", KNOWN.keySet()));
            }
            if (!entry.getValue().isJsonNull()) {
                given.put(entry.getKey(), entry.getValue());
            }
        }
        return new CallArguments(given);
    }

    /**
     * Refuses what a pipeline does not take.
     *
     * @param image whether the call has a picture to start from
     * @throws IllegalArgumentException naming the argument, and those that the pipeline takes
     */
    public void requireTakenBy(ModelDescription model, boolean image) {
        Call call = new Call(model, image);
        for (String name : given.keySet()) {
            if (!KNOWN.get(name).test(call)) {
                String taken = KNOWN.entrySet().stream()
                        .filter(entry -> entry.getValue().test(call))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.joining(", "));
                throw new IllegalArgumentException(call + " takes no call argument '" + name + "'; it takes " + taken);
            }
        }
    }

    /**
     * Sets the arguments about prompts, sizes and steps.
     *
     * @throws IllegalArgumentException if a value is of another type
     */
    public TextToImageRequest.Builder applyTo(TextToImageRequest.Builder request) {
        value("negative_prompt").map(CallArgument::texts).ifPresent(request::negativePrompts);
        value("prompt_2").map(CallArgument::texts).ifPresent(request::prompts2);
        value("negative_prompt_2").map(CallArgument::texts).ifPresent(request::negativePrompts2);
        value("guidance_scale").map(CallArgument::number).ifPresent(request::guidanceScale);
        value("guidance_rescale").map(CallArgument::number).ifPresent(request::guidanceRescale);
        value("num_images_per_prompt").map(CallArgument::integer).ifPresent(request::numImagesPerPrompt);
        value("eta").map(CallArgument::number).ifPresent(request::eta);
        value("clip_skip").map(CallArgument::integer).ifPresent(request::clipSkip);
        value("original_inference_steps").map(CallArgument::integer).ifPresent(request::originalInferenceSteps);
        schedule().ifPresent(request::schedule);
        value("denoising_end").map(CallArgument::number).ifPresent(request::denoisingEnd);
        return request.sizeConditions(new SizeConditions(
                pair("original_size"),
                pair("crops_coords_top_left").orElse(SizeConditions.Pair.ZERO),
                pair("target_size"),
                pair("negative_original_size"),
                pair("negative_crops_coords_top_left").orElse(SizeConditions.Pair.ZERO),
                pair("negative_target_size")));
    }

    /**
     * The request with the arguments about the picture set; the others are set on its {@linkplain #applyTo(TextToImageRequest.Builder)
     * builder}.
     *
     * @throws IllegalArgumentException if a value is of another type
     */
    public ImageToImageRequest applyTo(ImageToImageRequest request) {
        ImageToImageRequest changed = value("strength")
                .map(CallArgument::number)
                .map(request::withStrength)
                .orElse(request);
        return value("image_guidance_scale")
                .map(CallArgument::number)
                .map(changed::withImageGuidanceScale)
                .orElse(changed);
    }

    /** The same for a request with ControlNets too. */
    public ControlNetImageToImageRequest applyTo(ControlNetImageToImageRequest request) {
        return value("strength")
                .map(CallArgument::number)
                .map(request::withStrength)
                .orElse(request);
    }

    private Optional<CustomSchedule> schedule() {
        Optional<CustomSchedule> timesteps = schedule(CustomSchedule.Kind.TIMESTEPS);
        Optional<CustomSchedule> sigmas = schedule(CustomSchedule.Kind.SIGMAS);
        if (timesteps.isPresent() && sigmas.isPresent()) {
            throw new IllegalArgumentException(
                    "call arguments 'timesteps' and 'sigmas' are both given, want one of them at most");
        }
        return timesteps.or(() -> sigmas);
    }

    private Optional<CustomSchedule> schedule(CustomSchedule.Kind kind) {
        return value(kind.toString()).map(argument -> new CustomSchedule(kind, argument.numbers()));
    }

    private Optional<SizeConditions.Pair> pair(String name) {
        return value(name).map(CallArgument::pair);
    }

    private Optional<CallArgument> value(String name) {
        return Optional.ofNullable(given.get(name)).map(element -> new CallArgument(name, element));
    }
}
