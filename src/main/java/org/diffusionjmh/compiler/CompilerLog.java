package org.diffusionjmh.compiler;

import java.lang.System.Logger.Level;
import java.util.List;
import org.diffusionjmh.pass.PassReport;

/** Takes what a compiler has to tell: what it could not do and what it did instead, in words for the user, and what its work took. */
@FunctionalInterface
public interface CompilerLog {
    void warn(String message);

    /**
     * Takes the time of a piece of work. Pieces do not overlap; there are several of a phase, since a pipeline has several modules.
     *
     * @param nanos on the host's clock; the device may still be at it
     */
    default void spent(CompilePhase phase, long nanos) {}

    /**
     * Takes that something was looked up where compiled things are kept; nothing is without a cache.
     *
     * @param kind what it is: {@code network}, {@code weights}, {@code kernels}, {@code choices}
     * @param found whether it was there and did not have to be made
     */
    default void needed(String kind, boolean found) {}

    /**
     * Takes what was done to a graph, for those who want to know.
     *
     * @param network the graph's name
     * @param reports one for each rewrite, in order
     */
    default void rewritten(String network, List<PassReport> reports) {}

    /** The system's logger, for those who have no user to tell. */
    static CompilerLog system() {
        System.Logger logger = System.getLogger(CompilerLog.class.getPackageName());
        return message -> logger.log(Level.WARNING, message);
    }
}
