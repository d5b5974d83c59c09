package org.diffusionjmh.graph.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A record of a sealed family, as the record's name and its components' values. */
final class FamilyCodec implements Codec<Object> {
    private final Class<?> family;
    private final Map<String, RecordCodec> records = new HashMap<>();

    /**
     * @throws IllegalArgumentException if the family has something else than records, or two of one name
     */
    FamilyCodec(Class<?> family, Codecs codecs) {
        this.family = family;
        add(family, codecs);
    }

    private void add(Class<?> type, Codecs codecs) {
        if (type.isSealed()) {
            for (Class<?> member : type.getPermittedSubclasses()) {
                add(member, codecs);
            }
        } else if (!type.isRecord()) {
            throw new IllegalArgumentException(type.getName() + " of " + family.getName() + " is no record");
        } else if (records.put(type.getSimpleName(), new RecordCodec(type, codecs)) != null) {
            throw new IllegalArgumentException(family.getName() + " has two records " + type.getSimpleName());
        }
    }

    @Override
    public void write(JsonWriter out, Object value) throws IOException {
        String name = value.getClass().getSimpleName();
        out.beginArray().value(name);
        records.get(name).writeComponents(out, value);
        out.endArray();
    }

    @Override
    public Object read(JsonReader in) throws IOException {
        in.beginArray();
        String name = in.nextString();
        RecordCodec record = records.get(name);
        if (record == null) {
            throw new IllegalArgumentException(family.getName() + " has no " + name);
        }
        Object value = record.readComponents(in);
        in.endArray();
        return value;
    }
}
