package org.diffusionjmh.cache;

/** Takes what one should know of the entries that were asked for. */
public interface ArtifactLog {
    /** Tells nobody. */
    ArtifactLog NONE = new ArtifactLog() {
        @Override
        public void warn(String message) {}

        @Override
        public void needed(String kind, boolean found) {}
    };

    /** Takes what went wrong, and what was done instead, in words for the user. */
    void warn(String message);

    /**
     * Takes that something was needed.
     *
     * @param kind the entry's kind
     * @param found whether it was there and did not have to be made
     */
    void needed(String kind, boolean found);
}
