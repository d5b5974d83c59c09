package org.diffusionjmh.report.result;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The text of a CSV file, and where things stand in it. Places are found again by reading, because only errors ask for them. */
final class CsvText {
    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final char QUOTE = '"';

    private final Path file;
    private final String text;

    private CsvText(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    /** Reads a file as UTF-8, or as Latin-1 where it is not: the middle dot of older JMH's metrics came in the platform's charset. */
    static CsvText read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            text = new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return new CsvText(file, !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text);
    }

    Path file() {
        return file;
    }

    String text() {
        return text;
    }

    /** Whether there is nothing in it but white space. */
    boolean isBlank() {
        return text.isBlank();
    }

    /** Whether the last line is ended, as every writer of CSV ends it. */
    boolean endsWithLineEnd() {
        return text.endsWith("\n") || text.endsWith("\r");
    }

    /** The first line, without its end. */
    String firstLine() {
        return text.lines().findFirst().orElse("");
    }

    /**
     * An error at a field.
     *
     * @param recordStart offset of the field's record, or of empty lines before it
     * @param field its number, from 0; past the last one is the end of the record
     */
    MalformedResultException atField(long recordStart, int field, char delimiter, String problem) {
        return at(fieldStart((int) recordStart, field, delimiter), problem);
    }

    /** An error at an offset. */
    MalformedResultException at(int offset, String problem) {
        int place = Math.min(offset, text.length());
        long line = text.substring(0, place).chars().filter(c -> c == '\n').count() + 1;
        int lineStart = text.lastIndexOf('\n', place - 1) + 1;
        return new MalformedResultException(file, line, place - lineStart + 1L, problem);
    }

    /** The quote, in a line or after it, that nothing closes. */
    int openQuote(long line) {
        int offset = 0;
        for (long i = 1; i < line; i++) {
            offset = text.indexOf('\n', offset) + 1;
        }
        int open = offset;
        boolean quoted = false;
        for (int i = offset; i < text.length(); i++) {
            if (text.charAt(i) == QUOTE) {
                quoted = !quoted;
                open = quoted ? i : open;
            }
        }
        return open;
    }

    private int fieldStart(int recordStart, int field, char delimiter) {
        int offset = recordStart;
        while (offset < text.length() && isLineEnd(text.charAt(offset))) {
            offset++;
        }
        int passed = 0;
        boolean quoted = false;
        while (offset < text.length() && passed < field) {
            char c = text.charAt(offset);
            if (!quoted && isLineEnd(c)) {
                return offset;
            }
            if (c == QUOTE) {
                quoted = !quoted;
            } else if (c == delimiter && !quoted) {
                passed++;
            }
            offset++;
        }
        return offset;
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }
}
