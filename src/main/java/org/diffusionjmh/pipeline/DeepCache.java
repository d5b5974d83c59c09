package org.diffusionjmh.pipeline;

/**
 * DeepCache (Ma et al. 2024) with the options of OneDiff's extension: one step of an interval computes the whole U-Net, the others take
 * what came up from below a skip connection in that step and compute what lies above. Steps are counted in denoiser calls; the first step
 * of a run begins an interval.
 *
 * @param cacheInterval denoiser calls of an interval; 1 keeps nothing
 * @param cacheLayerId the down block that the skip connection comes from, from the top; the deeper it is, the less is saved
 * @param cacheBlockId which of that block's skip connections: its residual blocks from 0 on, then its downsampling
 */
public record DeepCache(int cacheInterval, int cacheLayerId, int cacheBlockId) {
    /**
     * @throws IllegalArgumentException if the interval is not positive or an id is negative; whether the U-Net has such a skip connection
     *     shows when a run starts
     */
    public DeepCache {
        require("cache_interval", cacheInterval, 1);
        require("cache_layer_id", cacheLayerId, 0);
        require("cache_block_id", cacheBlockId, 0);
    }

    private static void require(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", want at least " + least);
        }
    }
}
