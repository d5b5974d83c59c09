package org.diffusionjmh.kernel;

import org.diffusionjmh.libtorch.OperatorArguments;

/**
 * The numbers of a group norm.
 *
 * @param groups divides the channels
 * @param eps added to the variance
 * @param silu whether silu of the norm is wanted
 */
record GroupNormOptions(int groups, double eps, boolean silu) {
    /**
     * Reads the arguments after the operator's tensors.
     *
     * @param tensors how many there are
     */
    GroupNormOptions(OperatorArguments arguments, int tensors) {
        this(Math.toIntExact(arguments.integer(tensors)), arguments.number(tensors + 1), arguments.flag(tensors + 2));
    }
}
