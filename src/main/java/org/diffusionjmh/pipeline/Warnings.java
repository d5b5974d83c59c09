package org.diffusionjmh.pipeline;

import org.diffusionjmh.compiler.CompilerLog;

/** Takes what a user should know and did not ask for, such as a prompt that was cut off. */
@FunctionalInterface
public interface Warnings {
    void warn(String message);

    /** Takes what the compiler tells. Its fallbacks are warnings; what its work took is of no interest unless this is overridden. */
    default CompilerLog ofCompiler() {
        return this::warn;
    }
}
