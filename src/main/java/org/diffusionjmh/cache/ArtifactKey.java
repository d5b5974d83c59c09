package org.diffusionjmh.cache;

import com.google.gson.Gson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an entry is, and all that it depends on: an entry holds for this key and no other.
 *
 * @param kind what the entry is, for example {@code kernels}
 * @param fields what it was made of, for whom and by what, by name: values that people can compare, or a {@link Digest}
 */
public record ArtifactKey(String kind, SortedMap<String, String> fields) {
    /** The field with a name that people know the thing by. */
    public static final String NAME = "name";

    private static final int NAME_DIGITS = 32;

    public ArtifactKey {
        fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
    }

    public ArtifactKey(String kind, Map<String, String> fields) {
        this(kind, new TreeMap<>(fields));
    }

    /** The same name for the same key, on any machine. */
    String fileName() {
        byte[] text = new Gson().toJson(this).getBytes(StandardCharsets.UTF_8);
        return kind + "-" + Digest.hex(text, 0).substring(0, NAME_DIGITS) + EntryFolder.SUFFIX;
    }

    /** In which fields another key differs, in words: {@code gpu (there NVIDIA H100, here NVIDIA H200)}. */
    List<String> differencesFrom(ArtifactKey here) {
        TreeSet<String> names = new TreeSet<>(fields.keySet());
        names.addAll(here.fields.keySet());
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            String other = fields.getOrDefault(name, "none");
            String own = here.fields.getOrDefault(name, "none");
            if (!other.equals(own)) {
                boolean readable = !Digest.isDigest(other) && !Digest.isDigest(own);
                differences.add(name + (readable ? " (there " + other + ", here " + own + ")" : ""));
            }
        }
        return differences;
    }
}
