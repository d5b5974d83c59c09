package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is expected was computed by diffusers' {@code classify_height_width_bin}. */
class ResolutionBinsTest {
    @ParameterizedTest
    @CsvSource({
        "128, 1024, 1024, 1024, 1024",
        "128, 100, 132, 896, 1152",
        "128, 300, 1000, 512, 1856",
        "128, 1, 100, 512, 2048",
        "64, 1000, 300, 864, 288",
        "64, 768, 1344, 384, 672",
        "32, 100, 132, 224, 288",
        "32, 5000, 1000, 512, 128"
    })
    void takesTheNearestRatio(int sampleSize, int height, int width, int binnedHeight, int binnedWidth) {
        ResolutionBins.Bin bin = new ResolutionBins(sampleSize).nearest(height, width);
        assertEquals(List.of(binnedHeight, binnedWidth), List.of(bin.height(), bin.width()));
    }

    /** Every entry of the three tables is reached by some of these sizes. */
    @ParameterizedTest
    @CsvSource({"128, 1807588916", "64, 2930781298", "32, 635381087"})
    void allSizesAreDiffusers(int sampleSize, long checksum) {
        List<String> sizes = new ArrayList<>();
        for (int height = 16; height < 600; height += 13) {
            for (int width = 16; width < 600; width += 11) {
                ResolutionBins.Bin bin = new ResolutionBins(sampleSize).nearest(height, width);
                sizes.add(bin.height() + "," + bin.width());
            }
        }
        CRC32 crc = new CRC32();
        crc.update(String.join(";", sizes).getBytes(StandardCharsets.UTF_8));
        assertEquals(checksum, crc.getValue());
    }

    @Test
    void otherSampleSizesHaveNone() {
        assertEquals(
                "use_resolution_binning: the transformer's sample_size is 96, and sizes are known for [128, 64, 32];"
                        + " switch it off",
                assertThrows(IllegalArgumentException.class, () -> new ResolutionBins(96))
                        .getMessage());
    }
}
