package org.diffusionjmh.graph.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;

/**
 * The codecs of a document, by type: numbers, texts, enums, records, sealed families of records, graphs and nodes, and lists, optional
 * values and maps with texts as keys of these. Floating-point numbers are texts, since JSON has not all of them.
 */
final class Codecs {
    private final Map<Type, Codec<?>> known = new HashMap<>();

    /**
     * @param nodes the document's
     */
    Codecs(NodeTable nodes) {
        put(int.class, JsonWriter::value, JsonReader::nextInt);
        put(long.class, JsonWriter::value, JsonReader::nextLong);
        put(boolean.class, JsonWriter::value, JsonReader::nextBoolean);
        put(String.class, JsonWriter::value, JsonReader::nextString);
        put(double.class, (out, value) -> out.value(value.toString()), in -> Double.parseDouble(in.nextString()));
        put(float.class, (out, value) -> out.value(value.toString()), in -> Float.parseFloat(in.nextString()));
        known.put(Integer.class, known.get(int.class));
        known.put(Long.class, known.get(long.class));
        known.put(Boolean.class, known.get(boolean.class));
        known.put(Double.class, known.get(double.class));
        known.put(Float.class, known.get(float.class));
        put(Node.class, (out, node) -> out.value(nodes.number(node)), in -> nodes.node(in.nextInt()));
        known.put(Graph.class, graph());
    }

    private interface Writing<T> {
        void write(JsonWriter out, T value) throws IOException;
    }

    private interface Reading<T> {
        T read(JsonReader in) throws IOException;
    }

    private <T> void put(Class<T> type, Writing<T> writing, Reading<T> reading) {
        known.put(type, codec(writing, reading));
    }

    private static <T> Codec<T> codec(Writing<T> writing, Reading<T> reading) {
        return new Codec<>() {
            @Override
            public void write(JsonWriter out, T value) throws IOException {
                writing.write(out, value);
            }

            @Override
            public T read(JsonReader in) throws IOException {
                return reading.read(in);
            }
        };
    }

    /**
     * The codec of a type.
     *
     * @throws IllegalArgumentException if there is none
     */
    @SuppressWarnings("unchecked") // each is put under its own type
    <T> Codec<T> of(Type type) {
        Codec<?> codec = known.get(type);
        if (codec == null) {
            codec = make(type);
            known.put(type, codec);
        }
        return (Codec<T>) codec;
    }

    private Codec<?> make(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return list(of(arguments[0]));
            }
            if (generic.getRawType() == Optional.class) {
                return optional(of(arguments[0]));
            }
            if (generic.getRawType() == Map.class && arguments[0] == String.class) {
                return map(of(arguments[1]));
            }
        } else if (type instanceof Class<?> named) {
            if (named.isRecord()) {
                return new RecordCodec(named, this);
            }
            if (named.isEnum()) {
                return constant(named);
            }
            if (named.isSealed()) {
                return new FamilyCodec(named, this);
            }
        }
        throw new IllegalArgumentException("no way is known to write a " + type.getTypeName() + "; teach it to Codecs");
    }

    private static Codec<Object> constant(Class<?> type) {
        return codec((out, value) -> out.value(((Enum<?>) value).name()), in -> {
            String name = in.nextString();
            for (Object constant : type.getEnumConstants()) {
                if (((Enum<?>) constant).name().equals(name)) {
                    return constant;
                }
            }
            throw new IllegalArgumentException(type.getName() + " has no " + name);
        });
    }

    private static <T> Codec<List<T>> list(Codec<T> elements) {
        return codec(
                (out, list) -> {
                    out.beginArray();
                    for (T element : list) {
                        elements.write(out, element);
                    }
                    out.endArray();
                },
                in -> {
                    List<T> list = new ArrayList<>();
                    in.beginArray();
                    while (in.hasNext()) {
                        list.add(elements.read(in));
                    }
                    in.endArray();
                    return list;
                });
    }

    private static <T> Codec<Optional<T>> optional(Codec<T> value) {
        Codec<List<T>> list = list(value);
        return codec((out, optional) -> list.write(out, optional.stream().toList()), in -> list.read(in).stream()
                .findFirst());
    }

    /** Keys and values by turns, in the map's order. */
    private static <T> Codec<Map<String, T>> map(Codec<T> values) {
        return codec(
                (out, map) -> {
                    out.beginArray();
                    for (Map.Entry<String, T> entry : map.entrySet()) {
                        out.value(entry.getKey());
                        values.write(out, entry.getValue());
                    }
                    out.endArray();
                },
                in -> {
                    Map<String, T> map = new LinkedHashMap<>();
                    in.beginArray();
                    while (in.hasNext()) {
                        map.put(in.nextString(), values.read(in));
                    }
                    in.endArray();
                    return map;
                });
    }

    private Codec<Graph> graph() {
        Codec<List<Node>> inputs = list(of(Node.class));
        Codec<Map<String, Node>> outputs = map(of(Node.class));
        return codec(
                (out, graph) -> {
                    out.beginArray().value(graph.name());
                    inputs.write(out, graph.inputs());
                    outputs.write(out, graph.outputs());
                    out.endArray();
                },
                in -> {
                    in.beginArray();
                    Graph graph = new Graph(in.nextString(), inputs.read(in), outputs.read(in));
                    in.endArray();
                    return graph;
                });
    }
}
