package org.diffusionjmh.report.compare;

/** What a comparison was made of. */
public enum Basis {
    /** The medians of the forks, which are independent of each other. */
    FORKS("forks"),
    /** The iterations, taken as independent. */
    ITERATIONS("iterations"),
    /** JMH's score and its error, which take the iterations as independent. */
    SCORES("score ± error"),
    /** Nothing: there is too little. */
    NONE("none");

    private final String label;

    Basis(String label) {
        this.label = label;
    }

    /** The words for it. */
    public String label() {
        return label;
    }
}
