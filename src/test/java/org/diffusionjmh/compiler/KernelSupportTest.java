package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.cache.Artifacts;
import org.junit.jupiter.api.Test;

class KernelSupportTest {
    private final List<String> warnings = new ArrayList<>();
    private final KernelSupport kernels = new KernelSupport(Artifacts.none(), new CompileJournal(warnings::add));

    /** Operations of libtorch's own are what is wanted there. */
    @Test
    void aCpuHasNoneAndThatIsNotWorthAWord() {
        assertFalse(kernels.has(Device.cpu()));
        assertEquals(List.of(), warnings);
    }

    @Test
    void aGpuWithoutThemIsSaidOnce() {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() == 0, "for machines without a GPU");
        assertFalse(kernels.has(Device.gpu()));
        assertFalse(kernels.has(Device.gpu()));
        assertEquals(1, warnings.size());
        assertTrue(
                warnings.get(0).startsWith("fused runs libtorch's own operations instead of its kernels: "),
                warnings.get(0));
    }
}
