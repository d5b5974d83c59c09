package org.diffusionjmh.pipeline;

/** Takes what a user should know and did not ask for, such as a prompt that was cut off. */
@FunctionalInterface
public interface Warnings {
    void warn(String message);
}
