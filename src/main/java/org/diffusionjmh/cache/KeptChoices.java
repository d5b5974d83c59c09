package org.diffusionjmh.cache;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Choices in one entry for a device. It is written at each new choice, together with those that other processes have added by then; of two
 * that write at once, one loses choices, which are measured again.
 */
public final class KeptChoices implements TunedChoices {
    /** The kind of the entry. */
    public static final String KIND = "choices";

    private static final ArtifactFormat<Map<String, String>> FORMAT = new ArtifactFormat<>() {
        @Override
        public byte[] write(Map<String, String> choices) {
            return new Gson().toJson(choices).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Map<String, String> read(byte[] content) {
            String json = new String(content, StandardCharsets.UTF_8);
            return new TreeMap<>(new Gson().fromJson(json, new TypeToken<Map<String, String>>() {}));
        }
    };

    private final Artifacts artifacts;
    private final ArtifactKey key;
    private final ArtifactLog log;
    private final Map<String, String> known = new TreeMap<>();

    private boolean loaded;

    /**
     * @param device the device and the libraries that the choices are for
     */
    public KeptChoices(Artifacts artifacts, Map<String, String> device, ArtifactLog log) {
        this.artifacts = artifacts;
        this.key = new ArtifactKey(KIND, device);
        this.log = log;
    }

    @Override
    public Optional<String> find(String subject) {
        if (!loaded) {
            loaded = true;
            if (artifacts.find(key, FORMAT).isPresent()) { // of each folder, which may know different ones
                takeOthers();
                artifacts.keep(key, FORMAT, known);
            }
        }
        Optional<String> choice = Optional.ofNullable(known.get(subject));
        log.needed(KIND, choice.isPresent());
        return choice;
    }

    @Override
    public void keep(String subject, String choice) {
        takeOthers();
        known.put(subject, choice);
        artifacts.keep(key, FORMAT, known);
    }

    private void takeOthers() {
        artifacts.findAll(key, FORMAT).forEach(others -> others.forEach(known::putIfAbsent));
    }
}
