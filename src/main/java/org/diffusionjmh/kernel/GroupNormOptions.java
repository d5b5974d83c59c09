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
    /** Reads the arguments after the operator's tensors. */
    @SuppressWarnings("MagicNumber") // positions in the schema
    GroupNormOptions(OperatorArguments arguments) {
        this(Math.toIntExact(arguments.integer(3)), arguments.number(4), arguments.flag(5));
    }
}
