package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinearPlanTest {
    /** A plan is kept as a text; what is none is measured again. */
    @Test
    void aPlansTextSaysThePlan() {
        for (LinearPlan plan : List.of(LinearPlan.LIBTORCH, LinearPlan.of(0, false), LinearPlan.of(13, true))) {
            assertEquals(Optional.of(plan), LinearPlan.parse(plan.toString()));
        }
        for (String text :
                List.of("", "algorithm", "algorithm -1", "algorithm 99999999999", "libtorch with residual")) {
            assertEquals(Optional.empty(), LinearPlan.parse(text));
        }
    }
}
