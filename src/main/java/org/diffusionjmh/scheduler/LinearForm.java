package org.diffusionjmh.scheduler;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.diffusionjmh.scheduler.Update.Term;

/** A sum of multiples of registers, to write the formulas of the papers with; multiplied out when the plan is made. */
final class LinearForm {
    /** The empty sum. */
    static final LinearForm ZERO = new LinearForm(Map.of());

    private final Map<Register, Double> coefficients;

    private LinearForm(Map<Register, Double> coefficients) {
        this.coefficients = Collections.unmodifiableMap(coefficients);
    }

    static LinearForm of(Register register) {
        return new LinearForm(Map.of(register, 1.0));
    }

    /**
     * A sum of terms in which registers stand for sums themselves.
     *
     * @param values what each register stands for
     */
    static LinearForm of(List<Term> terms, Function<Register, LinearForm> values) {
        LinearForm sum = ZERO;
        for (Term term : terms) {
            sum = sum.plus(values.apply(term.register()).times(term.coefficient()));
        }
        return sum;
    }

    LinearForm plus(LinearForm other) {
        Map<Register, Double> sum = new LinkedHashMap<>(coefficients);
        other.coefficients.forEach((register, coefficient) -> sum.merge(register, coefficient, Double::sum));
        return new LinearForm(sum);
    }

    LinearForm minus(LinearForm other) {
        return plus(other.times(-1));
    }

    LinearForm times(double factor) {
        Map<Register, Double> product = new LinkedHashMap<>();
        coefficients.forEach((register, coefficient) -> {
            // What cancelled stays gone, even where the factor is infinite: at the last step some papers' quotients
            // are.
            if (coefficient != 0) {
                product.put(register, coefficient * factor);
            }
        });
        return new LinearForm(product);
    }

    LinearForm over(double divisor) {
        Map<Register, Double> quotient = new LinkedHashMap<>();
        coefficients.forEach((register, coefficient) -> {
            if (coefficient != 0) {
                quotient.put(register, coefficient / divisor);
            }
        });
        return new LinearForm(quotient);
    }

    /** The terms that count; never empty. */
    List<Term> terms() {
        List<Term> terms = coefficients.entrySet().stream()
                .filter(entry -> entry.getValue() != 0)
                .map(entry -> new Term(entry.getValue(), entry.getKey()))
                .toList();
        return terms.isEmpty() ? List.of(new Term(0, Register.SAMPLE)) : terms;
    }
}
