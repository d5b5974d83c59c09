package org.diffusionjmh.pass;

import java.util.Map;
import java.util.Set;
import org.diffusionjmh.graph.ConvTile;

/** Which convolutions a device computes by this project's own kernels, and how. */
@FunctionalInterface
public interface ConvChoice {
    /** None. */
    ConvChoice LIBTORCH = layers -> Map.of();

    /** The tiles with which kernels of this project are the fastest, of those convolutions for which they are. */
    Map<ConvLayer, ConvTile> tiles(Set<ConvLayer> layers);
}
