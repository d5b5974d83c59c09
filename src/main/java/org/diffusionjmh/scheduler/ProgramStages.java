package org.diffusionjmh.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.diffusionjmh.scheduler.Update.LinearCombination;
import org.diffusionjmh.scheduler.Update.Term;

/**
 * A step's program, multiplied out: between two limits each register is one linear combination of what the registers were before.
 *
 * @param stages in order
 */
record ProgramStages(List<Stage> stages) {
    ProgramStages {
        stages = List.copyOf(stages);
    }

    /**
     * Assignments that happen at once.
     *
     * @param assignments what registers become, of what they are before; those that stay as they are are left out
     * @param limit what is done to one of them then
     */
    record Stage(Map<Register, List<Term>> assignments, Optional<Update> limit) {}

    static ProgramStages of(Step step) {
        List<Stage> stages = new ArrayList<>();
        Map<Register, LinearForm> values = new HashMap<>();
        for (Update update : step.program()) {
            if (update instanceof LinearCombination combination) {
                LinearForm value = LinearForm.of(
                        combination.terms(), register -> values.getOrDefault(register, LinearForm.of(register)));
                values.put(update.target(), value);
            } else {
                stages.add(new Stage(assignments(values), Optional.of(update)));
                values.clear();
            }
        }
        values.keySet().removeIf(register -> !register.outlivesStep());
        stages.add(new Stage(assignments(values), Optional.empty()));
        return new ProgramStages(stages);
    }

    private static Map<Register, List<Term>> assignments(Map<Register, LinearForm> values) {
        Map<Register, List<Term>> assignments = new TreeMap<>();
        values.forEach((register, value) -> {
            List<Term> terms = value.terms();
            if (!terms.equals(List.of(new Term(1, register)))) {
                assignments.put(register, terms);
            }
        });
        return assignments;
    }
}
