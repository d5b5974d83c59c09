package org.diffusionjmh.pass;

import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;

/**
 * Rows of a value, elements of dimension 0, that stand next to each other.
 *
 * @param first the first row
 * @param end behind the last row; there is at least one
 */
record RowRange(long first, long end) {
    RowRange {
        if (first < 0 || first >= end) {
            throw new IllegalArgumentException("no rows: [" + first + ", " + end + ")");
        }
    }

    /** All rows of a value. */
    static RowRange of(Node value) {
        return new RowRange(0, value.type().size(0));
    }

    /** These rows of a value: a view. */
    Node view(Node value) {
        return new Node(new Slice(0, first, end), List.of(value), value.scope());
    }

    long size() {
        return end - first;
    }

    /** The least range that has the rows of both. */
    RowRange with(RowRange other) {
        return new RowRange(Math.min(first, other.first), Math.max(end, other.end));
    }

    /** The rows that both have. */
    Optional<RowRange> common(RowRange other) {
        long start = Math.max(first, other.first);
        long stop = Math.min(end, other.end);
        return start < stop ? Optional.of(new RowRange(start, stop)) : Optional.empty();
    }

    RowRange shifted(long rows) {
        return new RowRange(first + rows, end + rows);
    }
}
