package org.diffusionjmh.report.compare;

/** What a comparison comes to. */
public enum Verdict {
    FASTER("faster"),
    SLOWER("slower"),
    /** Significantly, in a row that says nothing of speed. */
    LOWER("lower"),
    /** Significantly, in a row that says nothing of speed. */
    HIGHER("higher"),
    NO_CHANGE("no significant change"),
    TOO_FEW("too few samples");

    private final String label;

    Verdict(String label) {
        this.label = label;
    }

    /** The words for it. */
    public String label() {
        return label;
    }

    /**
     * The verdict on a comparison.
     *
     * @param finding how sure the difference is
     * @param increase whether the new value is the larger one
     * @param direction which way is faster
     */
    static Verdict of(Finding finding, boolean increase, Direction direction) {
        if (finding.pValue().isEmpty()) {
            return TOO_FEW;
        }
        if (!finding.isSignificant()) {
            return NO_CHANGE;
        }
        return switch (direction) {
            case LOWER_IS_FASTER -> increase ? SLOWER : FASTER;
            case HIGHER_IS_FASTER -> increase ? FASTER : SLOWER;
            case NEITHER -> increase ? HIGHER : LOWER;
        };
    }
}
