package org.diffusionjmh.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.pipeline.DeepCache;
import picocli.CommandLine.Option;

/** The options about keeping deep features from step to step. */
final class DeepCacheOptions {
    private static final int INTERVAL = 3;
    private static final int LAYER_ID = 0;
    private static final int BLOCK_ID = 0;

    @Option(
            names = "--deepcache",
            description = "Computes the whole U-Net in some steps only, a shallow part of it in the others.")
    private boolean deepCache;

    @Option(
            names = "--cache-interval",
            paramLabel = "N",
            description = "Of so many steps, --deepcache computes the first as a whole. Default: " + INTERVAL)
    private Optional<Integer> cacheInterval;

    @Option(
            names = "--cache-layer-id",
            paramLabel = "N",
            description = "Down block at which --deepcache parts the U-Net, from the top. Default: " + LAYER_ID)
    private Optional<Integer> cacheLayerId;

    @Option(
            names = "--cache-block-id",
            paramLabel = "N",
            description =
                    "Residual block of that down block, or their number for its downsampling. Default: " + BLOCK_ID)
    private Optional<Integer> cacheBlockId;

    /**
     * What is to be kept, if anything.
     *
     * @throws IllegalArgumentException if an option has no legal value, or nothing is to be kept and an option says how
     */
    Optional<DeepCache> read() {
        if (deepCache) {
            return Optional.of(new DeepCache(
                    cacheInterval.orElse(INTERVAL), cacheLayerId.orElse(LAYER_ID), cacheBlockId.orElse(BLOCK_ID)));
        }
        Map<String, Optional<Integer>> details = new LinkedHashMap<>();
        details.put("--cache-interval", cacheInterval);
        details.put("--cache-layer-id", cacheLayerId);
        details.put("--cache-block-id", cacheBlockId);
        details.forEach((option, value) -> {
            if (value.isPresent()) {
                throw new IllegalArgumentException(option + " is about --deepcache; give that too, or leave it out");
            }
        });
        return Optional.empty();
    }
}
