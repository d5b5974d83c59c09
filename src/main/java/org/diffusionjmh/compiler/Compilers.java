package org.diffusionjmh.compiler;

import java.util.List;
import java.util.stream.Collectors;

/** The compilers that users can choose, in one list. */
public final class Compilers {
    private Compilers() {}

    /** All compilers, the baseline first. */
    public static List<Compiler> all() {
        return List.of(InterpretedCompiler.none(), InterpretedCompiler.torchscript());
    }

    /**
     * The compiler of a name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Compiler of(String id) {
        return all().stream()
                .filter(compiler -> compiler.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown compiler '" + id + "'; known: "
                        + all().stream().map(Compiler::id).collect(Collectors.joining(", "))));
    }
}
