package org.diffusionjmh.cache;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** A process that writes and reads the entries of a folder that others write as well. */
final class SharingProcess {
    private static final int ROUNDS = 300;
    private static final int KEYS = 3;
    private static final int BYTES = 1 << 17;

    private SharingProcess() {}

    static ArtifactKey key(int number) {
        return new ArtifactKey("test", Map.of("number", String.valueOf(number)));
    }

    static byte[] content(int number) {
        byte[] content = new byte[BYTES + number];
        Arrays.fill(content, (byte) number);
        return content;
    }

    /** Ends with status 0 if every entry that was there was whole. */
    public static void main(String[] args) {
        RecordedLog log = new RecordedLog();
        CompileCache cache = new CompileCache(Path.of(args[0]), log, (long) BYTES * 2); // entries come and go
        for (int round = 0; round < ROUNDS; round++) {
            int number = round % KEYS;
            cache.keep(key(number), content(number));
            Optional<byte[]> found = cache.find(key((round + 1) % KEYS));
            if (found.isPresent() && !Arrays.equals(found.get(), content((round + 1) % KEYS))) {
                log.warn("another content");
            }
        }
        if (!log.warnings().isEmpty()) {
            System.err.println(log.warnings());
            System.exit(1);
        }
    }
}
