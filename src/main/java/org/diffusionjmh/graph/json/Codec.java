package org.diffusionjmh.graph.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;

/**
 * How the values of a type are written and read.
 *
 * @param <T> the type
 */
interface Codec<T> {
    void write(JsonWriter out, T value) throws IOException;

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if it is no JSON
     * @throws RuntimeException if it is something else
     */
    T read(JsonReader in) throws IOException;
}
