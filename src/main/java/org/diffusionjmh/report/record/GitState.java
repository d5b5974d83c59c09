package org.diffusionjmh.report.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The commit that the program stands on.
 *
 * @param commit its hash
 * @param dirty whether files that git knows were changed since
 */
record GitState(String commit, boolean dirty) {
    private static final long PATIENCE_SECONDS = 10;
    private static final String ARTIFACT = "<artifactId>diffusion-jmh</artifactId>";

    /** Of the working tree that a jar or a class folder lies in; empty if that is none of this project's. */
    static Optional<GitState> of(Path program) {
        Path folder =
                Files.isDirectory(program) ? program : program.toAbsolutePath().getParent();
        try {
            Optional<Path> root = git(folder, "rev-parse", "--show-toplevel").map(Path::of);
            if (root.isEmpty() || !isOurs(root.get())) {
                return Optional.empty();
            }
            Optional<String> changes = git(folder, "status", "--porcelain", "--untracked-files=no");
            return git(folder, "rev-parse", "HEAD")
                    .map(commit ->
                            new GitState(commit, changes.filter(String::isEmpty).isEmpty()));
        } catch (IOException e) {
            return Optional.empty(); // no git
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static boolean isOurs(Path root) throws IOException {
        Path pom = root.resolve("pom.xml");
        return Files.exists(pom) && Files.readString(pom).contains(ARTIFACT);
    }

    private static Optional<String> git(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
                ? Optional.of(answer)
                : Optional.empty();
    }
}
