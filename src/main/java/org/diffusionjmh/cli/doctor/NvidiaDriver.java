package org.diffusionjmh.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the GPUs' driver knows. It is asked through its own tool, which answers whatever libtorch can do with them. */
final class NvidiaDriver {
    private static final long QUERY_SECONDS = 5;

    /**
     * The GPUs, a line each: name, driver's version, memory, compute capability.
     *
     * @throws IOException if there is no driver, or it does not answer; says which
     */
    List<String> gpus() throws IOException {
        Process query = start(
                "nvidia-smi", "--query-gpu=name,driver_version,memory.total,compute_cap", "--format=csv,noheader");
        try {
            if (!query.waitFor(QUERY_SECONDS, TimeUnit.SECONDS)) {
                query.destroyForcibly();
                throw new IOException("nvidia-smi does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        String answer = new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (query.exitValue() != 0) {
            throw new IOException(
                    "nvidia-smi fails: " + answer.lines().findFirst().orElse("no reason given"));
        }
        return answer.lines().toList();
    }

    private static Process start(String... command) throws IOException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException("no NVIDIA driver: there is no nvidia-smi", e);
        }
    }
}
