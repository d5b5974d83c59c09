package org.diffusionjmh.libtorch;

import java.util.List;
import java.util.Map;

/**
 * What the user has told libtorch's allocator of device memory.
 *
 * @param environment the process's environment variables
 */
public record AllocatorSettings(Map<String, String> environment) {
    private static final String NO_CACHING = "PYTORCH_NO_CUDA_MEMORY_CACHING";

    /** Leaves caching to CUDA. */
    private static final String ASYNC = "cudaMallocAsync";

    /** Both names are in use: the second is that of newer versions. */
    private static final List<String> SETTINGS = List.of("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF");

    /** These give back, or hand out, memory block by block. */
    private static final List<String> PIECEMEAL = List.of("max_split_size_mb", "garbage_collection_threshold", ASYNC);

    public AllocatorSettings {
        environment = Map.copyOf(environment);
    }

    /**
     * Checks that unused memory stays with its stream and is given back all at once or not at all.
     *
     * @throws IllegalStateException if it does not; names the variable
     */
    public void requireWholeRelease() {
        if (environment.containsKey(NO_CACHING)) {
            throw refusal(NO_CACHING);
        }
        for (String variable : SETTINGS) {
            String value = environment.getOrDefault(variable, "");
            if (PIECEMEAL.stream().anyMatch(value::contains)) {
                throw refusal(variable + "=" + value);
            }
        }
    }

    /** Whether libtorch itself keeps unused memory, and so knows what it holds. */
    boolean isCaching() {
        return !environment.containsKey(NO_CACHING)
                && SETTINGS.stream()
                        .noneMatch(variable ->
                                environment.getOrDefault(variable, "").contains(ASYNC));
    }

    private static IllegalStateException refusal(String setting) {
        return new IllegalStateException("the environment sets " + setting
                + ", with which libtorch gives back single blocks of memory that a CUDA graph still needs; unset it");
    }
}
