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
     * The compiler that a user chose.
     *
     * @throws IllegalArgumentException as {@link #of(String, CompilerLog)}
     */
    public static Compiler of(String choice) {
        return of(choice, CompilerLog.system());
    }

    /**
     * The compiler that a user chose. It may hold what its modules share, so it serves one session at a time.
     *
     * @param choice a name, and right after it the options if there are any: {@code fused}, <code>fused{"mode": "low-precision"}</code>
     * @param log told what the compiler could not do
     * @throws IllegalArgumentException if there is no such compiler or option; the message lists those that exist
     */
    public static Compiler of(String choice, CompilerLog log) {
        int options = choice.indexOf('{');
        return options < 0 ? of(choice, "", log) : of(choice.substring(0, options), choice.substring(options), log);
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
        CompileJournal journal = new CompileJournal(log);
        Compiler plain = options.dynamic() ? new DynamicCompiler(journal) : InterpretedCompiler.none(journal);
        KernelSupport kernels = new KernelSupport(journal);
        return List.of(
                InterpretedCompiler.none(journal),
                InterpretedCompiler.torchscript(journal),
                new CudaGraphCompiler(InterpretedCompiler.none(journal), journal),
                new FusedCompiler(
                        options,
                        plain,
                        new CudaGraphCompiler(plain, journal),
                        kernels,
                        new Tuners(kernels, journal),
                        journal));
    }
}
