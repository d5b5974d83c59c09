package org.diffusionjmh.report.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitTest {
    @ParameterizedTest
    @CsvSource({
        "ms/op, ms/op, 1",
        "ms/op, us/op, 1000",
        "s/op, min/op, 0.016666666666666666",
        "ops/ms, ops/s, 1000",
        "ops/us, ops/ns, 0.001",
        "MiB, KiB, 1024",
        "GB, MiB, 953.67431640625",
        "MB/sec, MB/s, 1",
        "widgets, widgets, 1"
    })
    void unitsOfAKindAreConverted(String from, String to, double factor) {
        assertEquals(factor, Unit.of(from).factorTo(Unit.of(to)).orElseThrow(), factor * 1e-12);
    }

    @ParameterizedTest
    @CsvSource({"ms/op, ops/ms", "ms/op, ms", "s, MiB", "ops/s, 1/s", "widgets, gadgets"})
    void othersAreNot(String from, String to) {
        assertTrue(Unit.of(from).factorTo(Unit.of(to)).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "ms/op, time",
        "s, time",
        "ops/s, rate",
        "1/s, rate",
        "MiB, size",
        "B/op, size",
        "MB/sec, other",
        "J, other",
        "'', other"
    })
    void kinds(String text, String kind) {
        Unit unit = Unit.of(text);
        assertEquals(kind.equals("time"), unit.isTime());
        assertEquals(kind.equals("rate"), unit.isRate());
        assertEquals(kind.equals("size"), unit.isSize());
        assertFalse(unit.isTime() && unit.isRate());
    }
}
