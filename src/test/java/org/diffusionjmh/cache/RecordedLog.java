package org.diffusionjmh.cache;

import java.util.ArrayList;
import java.util.List;

/** Remembers what it is told. */
public final class RecordedLog implements ArtifactLog {
    private final List<String> warnings = new ArrayList<>();
    private final List<String> needed = new ArrayList<>();

    @Override
    public void warn(String message) {
        warnings.add(message);
    }

    @Override
    public void needed(String kind, boolean found) {
        needed.add(kind + (found ? " found" : " made"));
    }

    /** All warnings. */
    public List<String> warnings() {
        return warnings;
    }

    /** The kinds that were needed, each with {@code found} or {@code made}. */
    public List<String> needed() {
        return needed;
    }
}
