package org.diffusionjmh.source;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.diffusionjmh.model.ModelConfig;

/**
 * The files of something built in.
 *
 * @param id its name, for messages
 * @param folder its folder below {@code models/} on the class path
 */
record BuiltInResources(String id, String folder) {
    JsonObject read(String file) {
        try (Reader reader = new InputStreamReader(open(file), StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelConfig config(String file) {
        return new ModelConfig(id + " (built in): " + file, read(file));
    }

    byte[] bytes(String file) throws IOException {
        try (InputStream stream = open(file)) {
            return stream.readAllBytes();
        }
    }

    private InputStream open(String file) {
        String resource = "/models/" + folder + "/" + file;
        InputStream stream = BuiltInResources.class.getResourceAsStream(resource);
        if (stream == null) {
            throw new IllegalArgumentException(id + " (built in): no resource " + resource);
        }
        return stream;
    }
}
