package org.diffusionjmh.report.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
    private static final List<Column> COLUMNS = List.of(
            Column.text("name"),
            Column.text("b").in("params"),
            Column.number("score"),
            Column.text("exact").to(Column.Audience.PROGRAMS),
            Column.text("never").to(Column.Audience.PEOPLE));
    private static final Sheet SHEET = new Sheet(
            "A title",
            Map.of("of", "x|y"),
            List.of(
                    new Table("rows", COLUMNS, List.of(row("a", "fused{\"m\"}", 1.25), row("long name", "", 1234.5))),
                    new Table("more", COLUMNS, List.of(row("<b>", "|", Double.POSITIVE_INFINITY))),
                    new Table("others", List.of(Column.text("x")), List.of(List.of(Cell.of("z"))))),
            List.of("a note"),
            List.of("beware"));

    private static List<Cell> row(String name, String parameter, double score) {
        return List.of(Cell.of(name), Cell.of(parameter), Cell.of(score), Cell.of("e" + name), Cell.NONE);
    }

    @Test
    void textIsAligned() {
        assertEquals("""
                warning: beware
                of: x|y

                name       b           score
                a          fused{"m"}  1.250
                long name               1235

                <b>        |             inf

                x
                z

                (1) a note
                """, Format.TEXT.print(SHEET).replace(System.lineSeparator(), "\n"));
    }

    @Test
    void markdownIsEscaped() {
        assertEquals("""
                ## A title

                - **Warning:** beware

                - of: x\\|y

                | name | b | score |
                | --- | --- | ---: |
                | a | fused{"m"} | 1.250 |
                | long name |  | 1235 |

                | name | b | score |
                | --- | --- | ---: |
                | \\<b\\> | \\| | inf |

                | x |
                | --- |
                | z |

                1. a note
                """, Format.MARKDOWN.print(SHEET));
    }

    /** Tables of the same columns are one; others have no place. */
    @Test
    void csvIsExact() {
        assertEquals("""
                name,params.b,score,exact
                a,"fused{""m""}",1.25,ea
                long name,,1234.5,elong name
                <b>,|,Infinity,e<b>
                """, Format.CSV.print(SHEET));
    }

    @Test
    void jsonHasEverything() {
        assertEquals("""
                {
                  "title": "A title",
                  "of": "x|y",
                  "rows": [
                    {
                      "name": "a",
                      "params": {
                        "b": "fused{\\"m\\"}"
                      },
                      "score": 1.25,
                      "exact": "ea"
                    },
                    {
                      "name": "long name",
                      "params": {
                        "b": ""
                      },
                      "score": 1234.5,
                      "exact": "elong name"
                    }
                  ],
                  "more": [
                    {
                      "name": "<b>",
                      "params": {
                        "b": "|"
                      },
                      "score": null,
                      "exact": "e<b>"
                    }
                  ],
                  "others": [
                    {
                      "x": "z"
                    }
                  ],
                  "notes": [
                    "a note"
                  ],
                  "warnings": [
                    "beware"
                  ]
                }
                """, Format.JSON.print(SHEET));
    }

    @Test
    void formatsHaveNamesAndExtensions() {
        assertEquals(Format.MARKDOWN, Format.of("Markdown"));
        assertEquals(Format.MARKDOWN, Format.of("md"));
        assertEquals(Optional.of(Format.JSON), Format.ofFile("dir/x.JSON"));
        assertEquals(Optional.empty(), Format.ofFile("x"));
        assertEquals(
                "no format is called 'xml'; known: text, markdown, csv, json",
                assertThrows(IllegalArgumentException.class, () -> Format.of("xml"))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1.23456, 1.235",
        "12.3456, 12.35",
        "123.456, 123.5",
        "1234.56, 1235",
        "1234567.8, 1234568",
        "9.9996, 10.00",
        "0.099999, 0.1000",
        "9999.96, 10000",
        "0.012346, 0.01235",
        "0.0000012346, 1.235e-06",
        "99.999, 100.0",
        "-5.5, -5.500",
        "Infinity, inf",
        "1e300, 1.000e+300"
    })
    void numbersHaveFourDigits(double value, String text) {
        assertEquals(text, Numbers.text(value));
    }

    @ParameterizedTest
    @CsvSource({"0.05, +5.00%", "-0.123, -12.3%", "12.5, +1250%", "0, +0.00%"})
    void changesHaveTheirSign(double part, String text) {
        assertEquals(text, Numbers.change(part));
    }

    @ParameterizedTest
    @CsvSource({"0.04999, 0.050", "0.0001, <0.001", "1, 1.000"})
    void probabilities(double p, String text) {
        assertEquals(text, Numbers.probability(p));
    }
}
