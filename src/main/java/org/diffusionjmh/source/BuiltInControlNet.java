package org.diffusionjmh.source;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.model.ModelConfig;

/**
 * A published ControlNet whose configuration comes with the program, so that it runs without a download, on made-up weights.
 *
 * @param id its name on the hub
 * @param folder its folder below {@code models/} on the class path, which holds a {@code config.json} for each {@link Scale}; also a
 *     name it goes by
 */
public record BuiltInControlNet(String id, String folder) {
    /** For Stable Diffusion 1.5. */
    public static final BuiltInControlNet SD_CONTROLNET_CANNY =
            new BuiltInControlNet("lllyasviel/sd-controlnet-canny", "sd-controlnet-canny");

    /** For Stable Diffusion XL. */
    public static final BuiltInControlNet CONTROLNET_CANNY_SDXL =
            new BuiltInControlNet("diffusers/controlnet-canny-sdxl-1.0", "controlnet-canny-sdxl-1.0");

    /** Every ControlNet there is. */
    public static List<BuiltInControlNet> all() {
        return List.of(SD_CONTROLNET_CANNY, CONTROLNET_CANNY_SDXL);
    }

    /** The ControlNet of a name; case does not matter. */
    public static Optional<BuiltInControlNet> named(String name) {
        return all().stream()
                .filter(net -> Stream.of(net.id, net.folder).anyMatch(name::equalsIgnoreCase))
                .findFirst();
    }

    /** The names of all ControlNets, for messages. */
    public static String knownNames() {
        return all().stream().map(net -> net.id + " (" + net.folder + ")").collect(Collectors.joining(", "));
    }

    ModelConfig config(Scale scale) {
        return resources().config(configName(scale));
    }

    /** The content of its {@code config.json}. */
    byte[] configFile(Scale scale) throws IOException {
        return resources().bytes(configName(scale));
    }

    private static String configName(Scale scale) {
        return scale.id() + "/config.json";
    }

    private BuiltInResources resources() {
        return new BuiltInResources(id, folder);
    }
}
