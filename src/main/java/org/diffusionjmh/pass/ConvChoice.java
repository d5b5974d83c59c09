package org.diffusionjmh.pass;

import java.util.Optional;
import org.diffusionjmh.graph.ConvTile;

/** Which convolutions a device computes by this project's own kernels, and how. */
@FunctionalInterface
public interface ConvChoice {
    /** None. */
    ConvChoice LIBTORCH = layer -> Optional.empty();

    /** The tile with which a kernel of this project is the fastest; empty if it is with none. */
    Optional<ConvTile> tile(ConvLayer layer);
}
