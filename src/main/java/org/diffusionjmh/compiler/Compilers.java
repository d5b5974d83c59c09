package org.diffusionjmh.compiler;

import java.util.List;
import java.util.stream.Collectors;
import org.diffusionjmh.cache.Artifacts;

/** The compilers that users can choose, in one list. */
public final class Compilers {
    private Compilers() {}

    /** All compilers, the baseline first. */
    public static List<Compiler> all() {
        return all(FusedOptions.DEFAULT, CompileStorage.ifAsked(), CompilerLog.system());
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
        return of(choice, CompileStorage.ifAsked(), log);
    }

    /**
     * The compiler that a user chose. It may hold what its modules share, so it serves one session at a time.
     *
     * @param choice as for {@link #of(String, CompilerLog)}
     * @param storage where compiled things are kept
     * @param log told what the compiler could not do
     * @throws IllegalArgumentException as {@link #of(String, CompilerLog)}, and if the compiler has nothing to save or to load
     */
    public static Compiler of(String choice, CompileStorage storage, CompilerLog log) {
        int options = choice.indexOf('{');
        return options < 0
                ? of(choice, "", storage, log)
                : of(choice.substring(0, options), choice.substring(options), storage, log);
    }

    /**
     * The compiler of a name, with options.
     *
     * @param options what the compiler takes; blank for its defaults. Only {@code fused} takes any: see {@link FusedOptions}
     * @param log told what the compiler could not do
     * @throws IllegalArgumentException if there is no such compiler or option; the message lists those that exist
     */
    public static Compiler of(String id, String options, CompilerLog log) {
        return of(id, options, CompileStorage.ifAsked(), log);
    }

    private static Compiler of(String id, String options, CompileStorage storage, CompilerLog log) {
        boolean fused = id.equals(FusedCompiler.ID);
        List<Compiler> all = all(fused ? FusedOptions.parse(options) : FusedOptions.DEFAULT, storage, log);
        Compiler compiler = all.stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown compiler '" + id + "'; known: "
                        + all.stream().map(Compiler::id).collect(Collectors.joining(", "))));
        if (!fused && !options.isBlank()) {
            throw new IllegalArgumentException("compiler '" + id + "' takes no options, but was given " + options
                    + "; only " + FusedCompiler.ID + " takes some");
        }
        if (!fused && storage.namesFolder()) {
            throw new IllegalArgumentException(
                    "compiler '" + id + "' makes nothing to save or to load; " + FusedCompiler.ID + " does");
        }
        return compiler;
    }

    private static List<Compiler> all(FusedOptions options, CompileStorage storage, CompilerLog log) {
        CompileJournal journal = new CompileJournal(log);
        Artifacts artifacts = storage.open(options, journal);
        CompileEnvironment environment = new CompileEnvironment();
        Programs programs = options.dynamic() ? Programs.ofAnySize() : Programs.ofOneSize();
        Compiler plain = options.dynamic()
                ? new DynamicCompiler(programs, journal)
                : InterpretedCompiler.none(programs, journal);
        KernelSupport kernels = new KernelSupport(artifacts, journal);
        DeviceChoices choices = new DeviceChoices(artifacts, environment, journal);
        DeviceGraphs graphs = new DeviceGraphs(journal);
        return List.of(
                InterpretedCompiler.none(journal),
                InterpretedCompiler.torchscript(journal),
                new CudaGraphCompiler(InterpretedCompiler.none(journal), graphs, journal),
                new FusedCompiler(
                        options,
                        plain,
                        graphs,
                        kernels,
                        new Tuners(kernels, choices, journal),
                        new KeptNetworks(artifacts, environment, programs, options.effective()),
                        journal));
    }
}
