package org.diffusionjmh.report.compare;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How sure a difference is.
 *
 * @param basis what was compared
 * @param oldCount how many of these there are on the old side
 * @param newCount and on the new side
 * @param pValue probability of a difference like this, or a larger one, if there is none; empty if there is too little to tell
 * @param ratio 95 % confidence interval of new / old; empty if there is too little to tell, or a value is not above 0
 * @param forksOverlap whether iterations were compared and the forks of the two sides do not stand apart, so that it may be the forks
 *     that differ
 */
public record Finding(
        Basis basis,
        long oldCount,
        long newCount,
        OptionalDouble pValue,
        Optional<Interval> ratio,
        boolean forksOverlap) {
    /** Largest p-value of a significant difference. */
    public static final double ALPHA = 0.05;

    static Finding tooFew(Evidence oldSide, Evidence newSide) {
        return new Finding(
                Basis.NONE,
                oldSide.summary().count(),
                newSide.summary().count(),
                OptionalDouble.empty(),
                Optional.empty(),
                false);
    }

    boolean isSignificant() {
        return pValue.isPresent() && pValue.getAsDouble() <= ALPHA && !forksOverlap;
    }
}
