package org.diffusionjmh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells a terminal from a log. */
final class Terminal {
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    private Terminal() {}

    /** Whether standard error is a terminal; no where the system does not tell. */
    static boolean isStandardError() {
        try {
            String target = Files.readSymbolicLink(STDERR).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
