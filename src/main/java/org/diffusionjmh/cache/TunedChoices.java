package org.diffusionjmh.cache;

import java.util.Optional;

/**
 * What measuring on one device decided, by what was to be decided. A tuner asks here before it measures and tells what it chose: it says all
 * that a choice depends on in the subject, the device and the libraries excepted, and keeps no choice that a failure made, since that may
 * have been memory that was short.
 */
public interface TunedChoices {
    /** Remembers nothing. */
    TunedChoices NONE = new TunedChoices() {
        @Override
        public Optional<String> find(String subject) {
            return Optional.empty();
        }

        @Override
        public void keep(String subject, String choice) {}
    };

    /**
     * An earlier choice.
     *
     * @param subject what is chosen and all sizes and types, in a text that is the same in every process
     */
    Optional<String> find(String subject);

    /** Remembers a choice, a short text. */
    void keep(String subject, String choice);
}
