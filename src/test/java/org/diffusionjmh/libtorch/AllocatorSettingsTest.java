package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllocatorSettingsTest {
    /** Settings under which a graph's memory could vanish unnoticed are named. */
    @ParameterizedTest
    @CsvSource({
        "PYTORCH_CUDA_ALLOC_CONF, max_split_size_mb:64",
        "PYTORCH_CUDA_ALLOC_CONF, backend:cudaMallocAsync",
        "PYTORCH_ALLOC_CONF, 'expandable_segments:True,garbage_collection_threshold:0.8'",
        "PYTORCH_NO_CUDA_MEMORY_CACHING, 1",
    })
    void refusesWhatGivesMemoryBackPiecemeal(String variable, String value) {
        String message = assertThrows(IllegalStateException.class, () -> new AllocatorSettings(Map.of(variable, value))
                        .requireWholeRelease())
                .getMessage();
        assertTrue(message.contains(variable), message);
    }

    @Test
    void acceptsTheRest() {
        Map<String, String> environment = Map.of("PYTORCH_CUDA_ALLOC_CONF", "pinned_use_background_threads:True");
        assertDoesNotThrow(() -> new AllocatorSettings(environment).requireWholeRelease());
        assertDoesNotThrow(() -> new AllocatorSettings(Map.of()).requireWholeRelease());
    }
}
