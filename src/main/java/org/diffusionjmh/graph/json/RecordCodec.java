package org.diffusionjmh.graph.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A record as its components' values in their order. */
final class RecordCodec implements Codec<Object> {
    private final Constructor<?> constructor;
    private final List<Method> accessors = new ArrayList<>();
    private final List<Codec<Object>> codecs = new ArrayList<>();

    RecordCodec(Class<?> type, Codecs codecs) {
        RecordComponent[] components = type.getRecordComponents();
        try {
            this.constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e); // every record has it
        }
        constructor.setAccessible(true); // a record need not be public
        for (RecordComponent component : components) {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            accessors.add(accessor);
            this.codecs.add(codecs.of(component.getGenericType()));
        }
    }

    @Override
    public void write(JsonWriter out, Object value) throws IOException {
        out.beginArray();
        writeComponents(out, value);
        out.endArray();
    }

    void writeComponents(JsonWriter out, Object value) throws IOException {
        for (int i = 0; i < codecs.size(); i++) {
            codecs.get(i).write(out, component(accessors.get(i), value));
        }
    }

    private static Object component(Method accessor, Object value) {
        try {
            return accessor.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(accessor + " cannot be called", e);
        }
    }

    @Override
    public Object read(JsonReader in) throws IOException {
        in.beginArray();
        Object value = readComponents(in);
        in.endArray();
        return value;
    }

    Object readComponents(JsonReader in) throws IOException {
        Object[] components = new Object[codecs.size()];
        for (int i = 0; i < components.length; i++) {
            components[i] = codecs.get(i).read(in);
        }
        try {
            return constructor.newInstance(components);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    constructor.getDeclaringClass().getSimpleName() + ": " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(constructor + " cannot be called", e);
        }
    }
}
