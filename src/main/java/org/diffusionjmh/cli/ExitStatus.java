package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** How commands end. */
final class ExitStatus {
    /** Done. */
    static final int OK = 0;

    /** Something failed that the caller could not know. */
    static final int FAILURE = 1;

    /** The caller asked for what does not exist or cannot be. */
    static final int MISUSE = 2;

    private static final String STACKTRACE = "diffusionjmh.stacktrace";

    private ExitStatus() {}

    /** Prints what went wrong, without a stack trace, and returns the status it ends with. */
    static int report(Throwable error, PrintWriter err) {
        boolean misuse = error instanceof IllegalArgumentException || error instanceof IOException;
        err.println("error: " + message(error, misuse));
        if (Boolean.getBoolean(STACKTRACE)) {
            error.printStackTrace(err);
        } else if (!misuse) {
            err.println("(java -D" + STACKTRACE + "=true -jar ... shows where)");
        }
        err.flush();
        return misuse ? MISUSE : FAILURE;
    }

    private static String message(Throwable error, boolean misuse) {
        String message = String.valueOf(error.getMessage());
        if (error instanceof NoSuchFileException) {
            return message + ": no such file";
        }
        if (error instanceof AccessDeniedException) {
            return message + ": permission denied";
        }
        // What libtorch throws has its C++ call stack in further lines.
        return misuse
                ? message
                : error.getClass().getSimpleName() + ": "
                        + message.lines().findFirst().orElse("");
    }
}
