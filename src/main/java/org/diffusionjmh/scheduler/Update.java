package org.diffusionjmh.scheduler;

import java.util.List;

/** One assignment of a step's program. Registers are tensors of the sample's shape in float32; a target may be among its operands. */
public sealed interface Update {
    /** The register that is written. */
    Register target();

    /**
     * {@code target = sum of coefficient * register}.
     *
     * @param target the register that is written
     * @param terms at least one; no register twice; no coefficient 0 unless it is the only term
     */
    record LinearCombination(Register target, List<Term> terms) implements Update {
        /** Checks that there is a term. */
        public LinearCombination {
            terms = List.copyOf(terms);
            if (terms.isEmpty()) {
                throw new IllegalArgumentException(target + " = empty sum, want at least one term");
            }
        }

        /** Whether the target only becomes what another register is. */
        boolean isCopy() {
            return terms.size() == 1 && terms.get(0).coefficient() == 1;
        }
    }

    /**
     * {@code coefficient * register}.
     *
     * @param coefficient finite
     * @param register the operand
     */
    record Term(double coefficient, Register register) {
        /** Checks the coefficient. */
        public Term {
            if (!Double.isFinite(coefficient)) {
                throw new IllegalArgumentException("coefficient " + coefficient + " of " + register + " is not finite");
            }
        }
    }

    /**
     * {@code target = min(max(target, minimum), maximum)}.
     *
     * @param target the register that is read and written
     * @param minimum lower bound
     * @param maximum upper bound
     */
    record Clamp(Register target, double minimum, double maximum) implements Update {}

    /**
     * Dynamic thresholding (Saharia et al. 2022, "Photorealistic Text-to-Image Diffusion Models", section 2.3): for each element of the
     * batch, s is the {@code ratio} quantile of the absolute values, at least 1 and at most {@code maximum}; then
     * {@code target = clamp(target, -s, s) / s}.
     *
     * @param target the register that is read and written
     * @param ratio which quantile, in [0, 1], interpolated linearly
     * @param maximum largest s
     */
    record DynamicThreshold(Register target, double ratio, double maximum) implements Update {}
}
