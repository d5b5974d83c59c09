package org.diffusionjmh.report.result;

import java.util.regex.Pattern;
import org.apache.commons.csv.CSVRecord;

/** A row of a {@link CsvTable}; what is wrong with a value is told with its place. */
final class CsvRow {
    private static final Pattern NUMBER =
            Pattern.compile("NaN|[-+]?(Infinity|(\\d+\\.?\\d*|\\.\\d+)(E[-+]?\\d+)?)", Pattern.CASE_INSENSITIVE);

    private final CsvTable table;
    private final CSVRecord record;

    CsvRow(CsvTable table, CSVRecord record) {
        this.table = table;
        this.record = record;
    }

    String text(String column) {
        return table.value(record, column).strip();
    }

    /** A text that must not be empty. */
    String required(String column) throws MalformedResultException {
        String text = text(column);
        if (text.isEmpty()) {
            throw error(column, "no " + column);
        }
        return text;
    }

    /** A number with a decimal point; NaN and Infinity are numbers. */
    double number(String column) throws MalformedResultException {
        String text = text(column);
        if (isDecimal(text)) {
            return Double.parseDouble(text);
        }
        if (NUMBER.matcher(text).matches()) {
            return parse(text);
        }
        throw error(
                column,
                CsvTable.hasDecimalComma(text)
                        ? column + " is '" + text + "', " + CsvTable.DECIMAL_COMMA_ADVICE
                        : column + " is '" + text + "', want a number");
    }

    /** Whole number, 1 or above. */
    int count(String column) throws MalformedResultException {
        String text = text(column);
        try {
            int count = Integer.parseInt(text);
            if (count >= 1) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw (MalformedResultException) wantedCount(column, text).initCause(e);
        }
        throw wantedCount(column, text);
    }

    private MalformedResultException wantedCount(String column, String text) {
        return error(column, column + " is '" + text + "', want a whole number from 1");
    }

    MalformedResultException error(String column, String problem) {
        return table.error(record, column, problem);
    }

    /** Whether it is digits, a point and digits: what nearly all numbers are. */
    private static boolean isDecimal(String text) {
        int point = text.indexOf('.');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && i != point) {
                return false;
            }
        }
        return text.length() > 1 && point > 0;
    }

    private static double parse(String text) {
        // Any case: other tools write nan and inf in theirs.
        if (text.equalsIgnoreCase("NaN")) {
            return Double.NaN;
        }
        if (text.regionMatches(true, text.length() - "infinity".length(), "infinity", 0, "infinity".length())) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return Double.parseDouble(text);
    }
}
