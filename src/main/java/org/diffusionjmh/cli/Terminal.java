package org.diffusionjmh.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells a terminal from a log. */
final class Terminal {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Pattern SIZE = Pattern.compile("\\d+ ([1-9]\\d*)\\s*");
    private static final int USUAL_COLUMNS = 80;

    private Terminal() {}

    /** Whether standard output is a terminal; no where the system does not tell. */
    static boolean isStandardOutput() {
        return isTerminal("1");
    }

    /** Whether standard error is a terminal; no where the system does not tell. */
    static boolean isStandardError() {
        return isTerminal("2");
    }

    private static boolean isTerminal(String descriptor) {
        try {
            String target =
                    Files.readSymbolicLink(DESCRIPTORS.resolve(descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /** Characters in a line of the terminal; 80 where the system does not tell. */
    static int columns() {
        try {
            Process query = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectErrorStream(true)
                    .start();
            Matcher size = SIZE.matcher(new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            return size.matches() ? Integer.parseInt(size.group(1)) : USUAL_COLUMNS;
        } catch (IOException e) {
            return USUAL_COLUMNS;
        }
    }
}
