package org.diffusionjmh.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheLocationTest {
    private static final Path HOME = Path.of("/home/user");

    @Test
    void theVariablesDecideInTheirOrder() {
        assertEquals(
                Path.of("/own"),
                CacheLocation.of(Map.of("DIFFUSION_JMH_CACHE", "/own", "XDG_CACHE_HOME", "/xdg"), HOME));
        assertEquals(Path.of("/xdg/diffusion-jmh"), CacheLocation.of(Map.of("XDG_CACHE_HOME", "/xdg"), HOME));
        assertEquals(Path.of("/home/user/.cache/diffusion-jmh"), CacheLocation.of(Map.of(), HOME));
        assertEquals(
                Path.of("/home/user/.cache/diffusion-jmh"), CacheLocation.of(Map.of("DIFFUSION_JMH_CACHE", " "), HOME));
    }
}
