package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.diffusionjmh.libtorch.ScalarType;

/** How far elements are from what they should be: the norm of the differences over the norm of what was wanted. */
final class RelativeError {
    private double error;
    private double norm;

    void add(double got, double wanted) {
        error += Math.pow(got - wanted, 2);
        norm += wanted * wanted;
    }

    /** Fails if it is more than what a type allows, or not a number. */
    void assertAtMost(ScalarType type, double float32, double float16, double bfloat16) {
        double relative = Math.sqrt(error / norm);
        double tolerance =
                switch (type) {
                    case FLOAT32 -> float32;
                    case FLOAT16 -> float16;
                    default -> bfloat16;
                };
        assertTrue(relative <= tolerance, "off by " + relative); // not a number fails
    }

    /** Fails if memory that was poisoned shows through. */
    static void assertComplete(float[] got) {
        for (float element : got) {
            assertTrue(Float.isFinite(element), "an element was left out");
        }
    }
}
