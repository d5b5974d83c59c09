package org.diffusionjmh.compiler;

import java.lang.System.Logger.Level;

/** Takes what a compiler could not do and what it did instead, in words for the user. */
@FunctionalInterface
public interface CompilerLog {
    void warn(String message);

    /** The system's logger, for those who have no user to tell. */
    static CompilerLog system() {
        System.Logger logger = System.getLogger(CompilerLog.class.getPackageName());
        return message -> logger.log(Level.WARNING, message);
    }
}
