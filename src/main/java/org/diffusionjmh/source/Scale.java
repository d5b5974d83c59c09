package org.diffusionjmh.source;

import java.util.Locale;

/** Size of a built-in model. */
public enum Scale {
    /** The published architecture. */
    FULL,
    /** The same blocks and layers with narrow channels, for CPUs and tests. */
    MINI;

    /** The name in options, results and resources. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
