package org.diffusionjmh.cli;

/** Percentages on the command line. */
final class Percentage {
    private static final double PERCENT = 100;

    private Percentage() {}

    /**
     * The part of one that a text such as {@code 5%} stands for. The sign may be left out from 1 on: below, it could be either.
     *
     * @throws IllegalArgumentException naming the option, if it is none
     */
    static double parse(String option, String text) {
        boolean signed = text.endsWith("%");
        try {
            double percent = Double.parseDouble(signed ? text.substring(0, text.length() - 1) : text);
            if (percent >= 0 && Double.isFinite(percent) && (signed || percent == 0 || percent >= 1)) {
                return percent / PERCENT;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(mistake(option, text), e);
        }
        throw new IllegalArgumentException(mistake(option, text));
    }

    private static String mistake(String option, String text) {
        return option + " is '" + text + "', want a percentage such as 5%";
    }
}
