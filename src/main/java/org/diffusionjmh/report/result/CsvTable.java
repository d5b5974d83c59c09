package org.diffusionjmh.report.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** A CSV file with a header. Each of its rows has as many values as the header has names. */
final class CsvTable {
    private static final Pattern UNCLOSED = Pattern.compile("startline (\\d+)");
    private static final Pattern AT_POSITION = Pattern.compile("position: (\\d+)");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("-?\\d+,\\d+(E[+-]?\\d+)?", Pattern.CASE_INSENSITIVE);

    /** What to do about decimal commas; JMH formats numbers in the JVM's default locale. */
    static final String DECIMAL_COMMA_ADVICE =
            "written in a locale with decimal commas; run JMH with java -Duser.language=en -Duser.country=US";

    private final CsvText text;
    private final char delimiter;
    private final Map<String, Integer> header;
    private final List<CsvRow> rows;
    private final List<String> warnings;

    private CsvTable(
            CsvText text, char delimiter, Map<String, Integer> header, List<CsvRow> rows, List<String> warnings) {
        this.text = text;
        this.delimiter = delimiter;
        this.header = header;
        this.rows = rows;
        this.warnings = warnings;
    }

    /** Whether a row that ends before its time is an error, or all that a killed writer could leave. */
    enum LastRow {
        WHOLE,
        MAY_BE_CUT
    }

    /**
     * Reads a file.
     *
     * @throws MalformedResultException if it is empty, or a row is broken or has more or fewer values than the header has names
     * @throws IOException if it cannot be read
     */
    static CsvTable read(Path file, char delimiter, LastRow lastRow) throws IOException {
        return read(CsvText.read(file), delimiter, lastRow);
    }

    static CsvTable read(CsvText text, char delimiter, LastRow lastRow) throws IOException {
        if (text.isBlank()) {
            throw text.at(0, "the file is empty; want a header and rows");
        }
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setDelimiter(delimiter)
                .setIgnoreEmptyLines(true)
                .get();
        try (CSVParser parser = CSVParser.parse(text.text(), format)) {
            Reading reading = new Reading(text, delimiter, parser.iterator());
            Map<String, Integer> header = reading.header();
            CsvTable table = new CsvTable(text, delimiter, header, new ArrayList<>(), new ArrayList<>());
            table.readRows(reading, lastRow);
            return table;
        }
    }

    private void readRows(Reading reading, LastRow lastRow) throws MalformedResultException {
        boolean cutAllowed = lastRow == LastRow.MAY_BE_CUT && !text.endsWithLineEnd();
        while (true) {
            CSVRecord record;
            try {
                record = reading.next();
            } catch (MalformedResultException e) {
                if (!cutAllowed || !reading.reachedEnd()) {
                    throw e;
                }
                warnings.add(cut(e.line()));
                return;
            }
            if (record == null) {
                return;
            }
            if (record.size() < header.size() && cutAllowed && !reading.hasNext()) {
                warnings.add(cut(record.getParser().getCurrentLineNumber()));
                return;
            }
            requireAllValues(record);
            rows.add(new CsvRow(this, record));
        }
    }

    private String cut(long line) {
        return text.file() + ": line " + line + " was cut off and is left out";
    }

    private void requireAllValues(CSVRecord record) throws MalformedResultException {
        int size = record.size();
        int wanted = header.size();
        if (size == wanted) {
            return;
        }
        String found = size + " values, want " + wanted + " as in the header";
        throw text.atField(
                record.getCharacterPosition(),
                Math.min(size, wanted),
                delimiter,
                size < wanted
                        ? "the row ends early, with " + found + "; was the file cut off?"
                        : found + "; a value with a comma needs quotes, and one like 12,5 is " + DECIMAL_COMMA_ADVICE);
    }

    Path file() {
        return text.file();
    }

    List<String> columns() {
        return List.copyOf(header.keySet());
    }

    List<CsvRow> rows() {
        return rows;
    }

    /** What is odd about the file and no error. */
    List<String> warnings() {
        return warnings;
    }

    /**
     * Checks that there are columns of these names.
     *
     * @throws MalformedResultException naming the first that is missing
     */
    void requireColumns(List<String> names, String whatFile) throws MalformedResultException {
        for (String name : names) {
            if (!header.containsKey(name)) {
                throw text.at(0, "no column '" + name + "' in the header; want " + whatFile);
            }
        }
    }

    /** An error at a value. */
    MalformedResultException error(CSVRecord record, String column, String problem) {
        return text.atField(record.getCharacterPosition(), header.get(column), delimiter, problem);
    }

    /** An error after the last row. */
    MalformedResultException errorAtEnd(String problem) {
        return text.at(text.text().length(), problem);
    }

    String value(CSVRecord record, String column) {
        return record.get(header.get(column));
    }

    static boolean hasDecimalComma(String value) {
        return DECIMAL_COMMA.matcher(value.strip()).matches();
    }

    /** The records, with the parser's exceptions told as errors at a place. */
    private static final class Reading {
        private final CsvText text;
        private final char delimiter;
        private final Iterator<CSVRecord> records;
        private boolean reachedEnd;

        Reading(CsvText text, char delimiter, Iterator<CSVRecord> records) {
            this.text = text;
            this.delimiter = delimiter;
            this.records = records;
        }

        Map<String, Integer> header() throws MalformedResultException {
            CSVRecord record = next();
            Map<String, Integer> header = new LinkedHashMap<>();
            for (int i = 0; i < record.size(); i++) {
                if (header.putIfAbsent(record.get(i).strip(), i) != null) {
                    throw text.atField(
                            record.getCharacterPosition(),
                            i,
                            delimiter,
                            "the header names '" + record.get(i) + "' twice");
                }
            }
            return header;
        }

        boolean hasNext() throws MalformedResultException {
            try {
                return records.hasNext();
            } catch (UncheckedIOException e) {
                throw located(e);
            }
        }

        /** The next record; null after the last. */
        CSVRecord next() throws MalformedResultException {
            return hasNext() ? records.next() : null;
        }

        /** Whether the last error was that the file ended within quotes. */
        boolean reachedEnd() {
            return reachedEnd;
        }

        private MalformedResultException located(UncheckedIOException e) {
            String message = String.valueOf(e.getCause().getMessage());
            Matcher unclosed = UNCLOSED.matcher(message);
            if (unclosed.find()) {
                reachedEnd = true;
                return text.at(
                        text.openQuote(Long.parseLong(unclosed.group(1))),
                        "this quote is never closed; was the file cut off?");
            }
            Matcher position = AT_POSITION.matcher(message);
            int offset = position.find()
                    ? Integer.parseInt(position.group(1)) - 1
                    : text.text().length();
            return text.at(offset, "want a delimiter after a closing quote; a quote in a quoted value is doubled");
        }
    }
}
