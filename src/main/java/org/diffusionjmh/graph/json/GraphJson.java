package org.diffusionjmh.graph.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.diffusionjmh.graph.Op;

/**
 * A document: a list of nodes, each of which takes earlier ones, and a graph, or a record that holds graphs, over these. Values that share a
 * node share it again when they are read. The text of a value is the same in every process.
 *
 * @param <T> what the document is
 */
public final class GraphJson<T> {
    private final Class<T> type;

    public GraphJson(Class<T> type) {
        this.type = type;
    }

    /** The document. */
    public String write(T value) {
        NodeTable nodes = new NodeTable();
        Codecs codecs = new Codecs(nodes);
        StringWriter text = new StringWriter();
        try {
            StringWriter over = new StringWriter();
            codecs.<T>of(type).write(new JsonWriter(over), value); // gives the nodes their numbers
            JsonWriter out = new JsonWriter(text);
            out.beginArray();
            nodes.write(out, codecs.of(Op.class));
            out.jsonValue(over.toString());
            out.endArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * Reads a document.
     *
     * @throws IllegalArgumentException if the text is none, or not one of this type
     */
    public T read(String text) {
        NodeTable nodes = new NodeTable();
        Codecs codecs = new Codecs(nodes);
        try {
            JsonReader in = new JsonReader(new StringReader(text));
            in.beginArray();
            nodes.read(in, codecs.of(Op.class));
            T value = codecs.<T>of(type).read(in);
            in.endArray();
            if (in.peek() != JsonToken.END_DOCUMENT) {
                throw new IllegalArgumentException("more than a document of " + type.getSimpleName());
            }
            return value;
        } catch (IOException | IllegalStateException | IllegalArgumentException e) {
            throw new IllegalArgumentException("no document of " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }
}
