package org.diffusionjmh.cache;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where the cache is: {@code $DIFFUSION_JMH_CACHE}, else {@code $XDG_CACHE_HOME/diffusion-jmh}, else {@code ~/.cache/diffusion-jmh}. */
public final class CacheLocation {
    private static final String NAME = "diffusion-jmh";

    private CacheLocation() {}

    /** The folder for this process; it need not exist. */
    public static Path ofThisProcess() {
        return of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * The folder.
     *
     * @param environment the environment variables
     * @param home the user's home folder
     */
    static Path of(Map<String, String> environment, Path home) {
        return variable(environment, "DIFFUSION_JMH_CACHE")
                .or(() -> variable(environment, "XDG_CACHE_HOME").map(path -> path.resolve(NAME)))
                .orElse(home.resolve(".cache").resolve(NAME));
    }

    private static Optional<Path> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }
}
