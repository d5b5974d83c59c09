package org.diffusionjmh.pass;

import java.util.Map;
import java.util.Set;

/** How a device computes linear layers. */
@FunctionalInterface
public interface LinearChoice {
    /** All of them libtorch's own way. */
    LinearChoice LIBTORCH = layers -> Map.of();

    /**
     * Plans for the layers of a graph; those without one are computed libtorch's own way. A plan adds a residual only if there is one.
     */
    Map<LinearLayer, LinearPlan> plans(Set<LinearLayer> layers);
}
