package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class GpuIdentityTest {
    /** All that a measured choice depends on can be told on a GPU, and is told the same twice. */
    @Test
    @EnabledIfSystemProperty(named = "device", matches = "cuda.*")
    void tellsEverything() {
        try (TorchSession session = TorchSession.open(System.getProperty("device"))) {
            Map<String, String> identity = GpuIdentity.of(session.device());
            assertFalse(identity.containsValue("unknown"), identity::toString);
            assertFalse(identity.containsValue(""), identity::toString);
            assertEquals(identity, GpuIdentity.of(session.device()));
        }
    }

    @Test
    void thereIsNoneWithoutCuda() {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() == 0, "for machines without a GPU");
        assertThrows(IllegalStateException.class, () -> GpuIdentity.of(Device.gpu()));
    }
}
