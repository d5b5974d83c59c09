package org.diffusionjmh.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.diffusionjmh.report.LineFit.Point;
import org.junit.jupiter.api.Test;

class LineFitTest {
    @Test
    void findsTheLineThatPointsLieOn() {
        LineFit line = LineFit.of(IntStream.of(1, 2, 5, 30)
                .mapToObj(x -> new Point(x, 0.25 * x + 3))
                .toList());
        assertEquals(0.25, line.slope(), 1e-12);
        assertEquals(3, line.intercept(), 1e-12);
        assertEquals(1, line.determination(), 1e-12);
        assertEquals(0, line.slopeError(), 1e-9);
        assertEquals(5.5, line.at(10), 1e-12);
    }

    /** The values of numpy.polyfit on the same points. */
    @Test
    void agreesWithAnotherImplementationOnScatteredPoints() {
        LineFit line = LineFit.of(
                List.of(new Point(1, 1.3), new Point(2, 1.9), new Point(4, 4.2), new Point(4, 3.8), new Point(7, 6.4)));
        assertEquals(0.8745283018867923, line.slope(), 1e-12);
        assertEquals(0.37169811320754736, line.intercept(), 1e-12);
        assertEquals(0.052342198156399955, line.slopeError(), 1e-12);
        assertEquals(0.21707818447488914, line.interceptError(), 1e-12);
        assertEquals(0.9893675077484215, line.determination(), 1e-12);
    }

    @Test
    void twoPointsTellNoError() {
        assertTrue(Double.isNaN(
                LineFit.of(List.of(new Point(1, 1), new Point(2, 3))).slopeError()));
    }

    @Test
    void oneStepCountMakesNoLine() {
        assertThrows(IllegalArgumentException.class, () -> LineFit.of(List.of(new Point(3, 1), new Point(3, 2))));
    }
}
