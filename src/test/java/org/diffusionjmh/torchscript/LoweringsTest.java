package org.diffusionjmh.torchscript;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.SourceOp;
import org.junit.jupiter.api.Test;

class LoweringsTest {
    /** A new operation without a lowering fails here, not in a user's run. */
    @Test
    void everyOperationHasAnExpression() {
        Set<Class<?>> operations = leaves(Op.class)
                .filter(kind -> !SourceOp.class.isAssignableFrom(kind))
                .collect(Collectors.toSet());
        assertEquals(operations, new Lowerings(Sizes.literal()).operations());
    }

    private static Stream<Class<?>> leaves(Class<?> kind) {
        return kind.isSealed()
                ? Arrays.stream(kind.getPermittedSubclasses()).flatMap(LoweringsTest::leaves)
                : Stream.of(kind);
    }
}
