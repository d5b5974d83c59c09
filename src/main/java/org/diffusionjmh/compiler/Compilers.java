package org.diffusionjmh.compiler;

import java.util.List;
import java.util.stream.Collectors;

/** The compilers that users can choose, in one list. */
public final class Compilers {
    private Compilers() {}

    /** All compilers, the baseline first. */
    public static List<Compiler> all() {
        return all(CompilerLog.system());
    }

    /**
     * The compiler of a name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Compiler of(String id) {
        return of(id, CompilerLog.system());
    }

    /**
     * The compiler of a name. It may hold what its modules share, so it serves one session at a time.
     *
     * @param log told what the compiler could not do
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Compiler of(String id, CompilerLog log) {
        List<Compiler> all = all(log);
        return all.stream()
                .filter(compiler -> compiler.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown compiler '" + id + "'; known: "
                        + all.stream().map(Compiler::id).collect(Collectors.joining(", "))));
    }

    private static List<Compiler> all(CompilerLog log) {
        return List.of(
                InterpretedCompiler.none(),
                InterpretedCompiler.torchscript(),
                new CudaGraphCompiler(log),
                new FusedCompiler(new FusedOptions(), InterpretedCompiler.none()));
    }
}
