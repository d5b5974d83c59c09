package org.diffusionjmh.libtorch;

import ai.djl.engine.EngineException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.diffusionjmh.torchscript.PickleReader;

/**
 * What libtorch's caching allocator holds of the GPUs' memory. libtorch's C ABI does not tell, and the statistics of its C++ API come from
 * virtual functions, whose places change with the version; the snapshot that it makes for memory profilers comes from an exported function.
 */
final class AllocatorSnapshot {
    /** {@code std::string torch::cuda::_memory_snapshot_pickled()} (torch/csrc/cuda/memory_snapshot.h, since 2.0). */
    private static final String SNAPSHOT = "_ZN5torch4cuda24_memory_snapshot_pickledB5cxx11Ev";

    private AllocatorSnapshot() {}

    /**
     * Bytes that this process's allocator holds on a GPU, in use or kept to be used again; empty if this libtorch does not tell.
     *
     * @param device number of the GPU
     */
    static OptionalLong reservedBytes(int device) {
        if (!new AllocatorSettings(System.getenv()).isCaching()) {
            return OptionalLong.empty(); // other allocators make no snapshots, and throw what no Java code can catch
        }
        try {
            Optional<byte[]> pickle = LibTorch.cuda().text(SNAPSHOT);
            return pickle.isPresent() ? reservedBytes(pickle.get(), device) : OptionalLong.empty();
        } catch (EngineException e) {
            return OptionalLong.empty(); // a libtorch that is not built for CUDA
        }
    }

    /** The sum of a GPU's segments; empty if the snapshot is not as it is known here. */
    static OptionalLong reservedBytes(byte[] pickle, int device) {
        try {
            return PickleReader.read(pickle) instanceof Map<?, ?> snapshot
                            && snapshot.get("segments") instanceof List<?> segments
                    ? sum(segments, device)
                    : OptionalLong.empty();
        } catch (IllegalArgumentException e) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong sum(List<?> segments, int device) {
        long sum = 0;
        for (Object each : segments) {
            if (!(each instanceof Map<?, ?> segment
                    && segment.get("device") instanceof Long number
                    && segment.get("total_size") instanceof Long bytes)) {
                return OptionalLong.empty();
            }
            sum += number == device ? bytes : 0;
        }
        return OptionalLong.of(sum);
    }
}
