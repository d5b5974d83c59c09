package org.diffusionjmh.report.run;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusionjmh.libtorch.LibTorch;

/** The reasons that libtorch's C ABI prints when a call fails, picked out of what a fork's native code writes. */
final class PrintedReasons {
    private static final Pattern REASON = Pattern.compile("Exception in aoti_torch: (.*)");

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private String last = LibTorch.REASON_IS_PRINTED;

    /** Takes what was written. */
    void hear(byte... bytes) {
        for (byte each : bytes) {
            if (each == '\n') {
                Matcher reason = REASON.matcher(line.toString(StandardCharsets.UTF_8));
                last = reason.find() ? reason.group(1).strip() : last;
                line.reset();
            } else {
                line.write(each);
            }
        }
    }

    /** An exception's stack trace with the last reason in place of the words that it was printed. */
    String addedTo(String trace) {
        return trace.replace(LibTorch.REASON_IS_PRINTED, last);
    }
}
