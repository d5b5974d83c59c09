package org.diffusionjmh.report.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** CSV of the first table and those that go on with it; warnings and notes have no place in it. */
final class CsvFormat {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

    private CsvFormat() {}

    static String print(Sheet sheet) {
        StringBuilder text = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(text, FORMAT)) {
            Table first = sheet.tables().get(0).readBy(Column.Audience.PROGRAMS);
            printer.printRecord(first.columns().stream().map(CsvFormat::heading).toList());
            for (Table table : sheet.tables()) {
                Table further = table.readBy(Column.Audience.PROGRAMS);
                if (further.columns().equals(first.columns())) {
                    printRows(printer, further);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringBuilder does not throw
        }
        return text.toString();
    }

    private static String heading(Column column) {
        return column.group().isEmpty() ? column.name() : column.group() + "." + column.name();
    }

    private static void printRows(CSVPrinter printer, Table table) throws IOException {
        for (List<Cell> row : table.rows()) {
            printer.printRecord(row.stream().map(Cell::value).toList());
        }
    }
}
