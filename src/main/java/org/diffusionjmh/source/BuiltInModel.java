package org.diffusionjmh.source;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.tokenizer.SyntheticClipVocabulary;
import org.diffusionjmh.tokenizer.SyntheticT5Vocabulary;

/**
 * A published model whose configurations come with the program, so that it runs without a download, on made-up weights.
 *
 * @param id its name on the hub
 * @param folder its folder below {@code models/} on the class path, shaped like a snapshot; the networks' folders lie one per
 *     {@link Scale} below it
 * @param aliases further names it goes by
 */
public record BuiltInModel(String id, String folder, List<String> aliases) {
    public static final BuiltInModel REALVISXL_V4_0 =
            new BuiltInModel("SG161222/RealVisXL_V4.0", "realvisxl-v4.0", List.of("realvisxl"));
    public static final BuiltInModel STABLE_DIFFUSION_V1_5 = new BuiltInModel(
            "stable-diffusion-v1-5/stable-diffusion-v1-5",
            "stable-diffusion-v1-5",
            List.of("sd15", "runwayml/stable-diffusion-v1-5"));
    public static final BuiltInModel INSTRUCT_PIX2PIX =
            new BuiltInModel("timbrooks/instruct-pix2pix", "instruct-pix2pix", List.of("ip2p"));
    public static final BuiltInModel SDXL_INSTRUCT_PIX2PIX = new BuiltInModel(
            "diffusers/sdxl-instructpix2pix-768", "sdxl-instructpix2pix-768", List.of("sdxl-instruct-pix2pix"));
    public static final BuiltInModel LCM_DREAMSHAPER_V7 =
            new BuiltInModel("SimianLuo/LCM_Dreamshaper_v7", "lcm-dreamshaper-v7", List.of("lcm"));
    public static final BuiltInModel PIXART_ALPHA =
            new BuiltInModel("PixArt-alpha/PixArt-XL-2-1024-MS", "pixart-alpha", List.of());

    private static final String INDEX = "model_index.json";
    private static final String SCHEDULER_CONFIG = "scheduler/scheduler_config.json";

    public BuiltInModel {
        aliases = List.copyOf(aliases);
    }

    /** Every model there is. */
    public static List<BuiltInModel> all() {
        return List.of(
                REALVISXL_V4_0,
                STABLE_DIFFUSION_V1_5,
                INSTRUCT_PIX2PIX,
                SDXL_INSTRUCT_PIX2PIX,
                LCM_DREAMSHAPER_V7,
                PIXART_ALPHA);
    }

    /** The model of a name; case does not matter. */
    public static Optional<BuiltInModel> named(String name) {
        return all().stream()
                .filter(model -> model.names().anyMatch(name::equalsIgnoreCase))
                .findFirst();
    }

    /** The names of all models, for messages. */
    public static String knownNames() {
        return all().stream()
                .map(model -> model.names().skip(1).collect(Collectors.joining(", ", model.id() + " (", ")")))
                .collect(Collectors.joining(", "));
    }

    private Stream<String> names() {
        return Stream.concat(Stream.of(id, folder), aliases.stream()).distinct();
    }

    /** diffusers' name of its pipeline. */
    public String pipelineClass() {
        return index().get("_class_name").getAsString();
    }

    /** The content of {@code model_index.json}. */
    JsonObject index() {
        return read(INDEX);
    }

    /** The components it has, and the class and library of each. */
    Map<String, ComponentClass> components() {
        Map<String, ComponentClass> components = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : index().entrySet()) {
            if (entry.getValue() instanceof JsonArray pair && !pair.get(1).isJsonNull()) {
                components.put(
                        entry.getKey(),
                        new ComponentClass(
                                pair.get(0).getAsString(), pair.get(1).getAsString()));
            }
        }
        return Collections.unmodifiableMap(components);
    }

    /**
     * What {@code model_index.json} says about a component.
     *
     * @param library {@code diffusers} or {@code transformers}
     * @param name for example {@code UNet2DConditionModel}
     */
    record ComponentClass(String library, String name) {}

    /** The components that have weights. */
    List<String> networks() {
        return components().keySet().stream()
                .filter(component -> !component.equals("scheduler") && !component.startsWith("tokenizer"))
                .toList();
    }

    /** The scheduler's configuration. */
    JsonObject schedulerConfig() {
        return read(SCHEDULER_CONFIG);
    }

    /** A network's configuration. */
    ModelConfig config(Scale scale, String component) {
        String file = configFile(scale, component);
        return resources().config(file);
    }

    /**
     * Writes the folder of a tokenizer.
     *
     * @param component {@code tokenizer} or {@code tokenizer_2}: its vocabulary has the size that the text encoder of the same number
     *     wants
     */
    void writeTokenizer(Scale scale, String component, Path folder) throws IOException {
        String textEncoder = component.replace("tokenizer", "text_encoder");
        int size = read(configFile(scale, textEncoder)).get("vocab_size").getAsInt();
        if (components().get(component).name().equals("T5Tokenizer")) {
            new SyntheticT5Vocabulary(size).write(folder);
            return;
        }
        // The tokenizer of OpenCLIP, SDXL's second, pads with id 0, which is this token.
        String padToken = component.equals("tokenizer_2") ? "!" : "<|endoftext|>";
        new SyntheticClipVocabulary(size).write(folder, padToken);
    }

    /** Files of the snapshot that are as published, by their place in it, with their content; tokenizers and weights are not among them. */
    Map<String, byte[]> files(Scale scale) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(INDEX, resources().bytes(INDEX));
        files.put(SCHEDULER_CONFIG, resources().bytes(SCHEDULER_CONFIG));
        for (String network : networks()) {
            files.put(network + "/config.json", resources().bytes(configFile(scale, network)));
        }
        return files;
    }

    private static String configFile(Scale scale, String component) {
        return scale.id() + "/" + component + "/config.json";
    }

    private JsonObject read(String file) {
        return resources().read(file);
    }

    private BuiltInResources resources() {
        return new BuiltInResources(id, folder);
    }
}
