package org.diffusionjmh.kernel;

import org.diffusionjmh.libtorch.OperatorArguments;

/**
 * Which rows, elements of dimension 0, a layer norm of a sum is of.
 *
 * @param before rows of the residual before the one that the first row of x is added to
 * @param first the first row that is normalised
 * @param count how many are
 */
record LayerNormRows(long before, long first, long count) {
    /**
     * Reads the arguments after the operator's tensors.
     *
     * @param tensors how many there are
     */
    static LayerNormRows of(OperatorArguments arguments, int tensors) {
        return new LayerNormRows(0, arguments.integer(tensors), arguments.integer(tensors + 1));
    }

    /** The same where x has fewer rows than the residual. */
    static LayerNormRows ofPadded(OperatorArguments arguments, int tensors) {
        return new LayerNormRows(
                arguments.integer(tensors), arguments.integer(tensors + 1), arguments.integer(tensors + 2));
    }
}
