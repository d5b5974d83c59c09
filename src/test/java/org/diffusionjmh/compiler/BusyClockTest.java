package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.diffusionjmh.compiler.BusyClock.Costs;
import org.junit.jupiter.api.Test;

class BusyClockTest {
    /** Products keep the GPU busy for longer than it takes to submit them and the calls, by the margin. */
    @Test
    void theGpuIsBusyUntilAllIsSubmitted() {
        for (int calls = 1; calls < 200; calls += 7) {
            Costs costs = new Costs(1e-4, 8e-5, 4e-4);
            int products = costs.products(calls);
            double submitting = products * costs.product() + calls * costs.call();
            assertTrue(products * costs.busy() >= 1.25 * submitting, products + " products for " + calls + " calls");
        }
    }

    @Test
    void noMoreProductsThanThatAreSubmitted() {
        assertEquals(42, new Costs(1e-4, 1e-4, 4e-4).products(92)); // 1.25 * 9.2 ms of 0.4 - 1.25 * 0.1 ms each
        assertEquals(2, new Costs(1e-5, 1e-4, 4e-4).products(3));
    }

    /** Where a product takes longer to submit than it keeps the GPU busy, none are enough. */
    @Test
    void aSlowHostGetsTheMost() {
        assertEquals(128, new Costs(1e-4, 4e-4, 4e-4).products(1));
        assertEquals(128, new Costs(1, 1e-4, 4e-4).products(10));
    }
}
