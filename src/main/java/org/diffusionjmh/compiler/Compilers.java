package org.diffusionjmh.compiler;

import java.util.List;
import java.util.stream.Collectors;

/** The compilers that users can choose, in one list. */
public final class Compilers {
    private Compilers() {}

    /** All compilers, the baseline first. */
    public static List<Compiler> all() {
        return all(FusedOptions.DEFAULT, CompilerLog.system());
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
        return of(id, "", log);
    }

    /**
     * The compiler of a name, with options.
     *
     * @param options what the compiler takes; blank for its defaults. Only {@code fused} takes any: see {@link FusedOptions}
     * @param log told what the compiler could not do
     * @throws IllegalArgumentException if there is no such compiler or option; the message lists those that exist
     */
    public static Compiler of(String id, String options, CompilerLog log) {
        boolean fused = id.equals(FusedCompiler.ID);
        List<Compiler> all = all(fused ? FusedOptions.parse(options) : FusedOptions.DEFAULT, log);
        Compiler compiler = all.stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown compiler '" + id + "'; known: "
                        + all.stream().map(Compiler::id).collect(Collectors.joining(", "))));
        if (!fused && !options.isBlank()) {
            throw new IllegalArgumentException("compiler '" + id + "' takes no options, but was given " + options
                    + "; only " + FusedCompiler.ID + " takes some");
        }
        return compiler;
    }

    private static List<Compiler> all(FusedOptions options, CompilerLog log) {
        return List.of(
                InterpretedCompiler.none(),
                InterpretedCompiler.torchscript(),
                new CudaGraphCompiler(log),
                new FusedCompiler(
                        options, InterpretedCompiler.none(), new CudaGraphCompiler(log), new KernelSupport(log)));
    }
}
