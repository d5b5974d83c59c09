package org.diffusionjmh.pass;

import java.util.OptionalInt;
import org.diffusionjmh.graph.TensorType;

/** Which products with a gated activation a device computes in one kernel, and how. */
@FunctionalInterface
public interface LinearGegluChoice {
    /** None. */
    LinearGegluChoice APART = (x, weight) -> OptionalInt.empty();

    /**
     * The width of tiles with which one kernel is faster than a product and its activation; empty if it is with none.
     *
     * @param x type of the product's argument, {@code [..., in]}
     * @param weight type of its weight, {@code [2 C, in]}
     */
    OptionalInt tile(TensorType x, TensorType weight);
}
