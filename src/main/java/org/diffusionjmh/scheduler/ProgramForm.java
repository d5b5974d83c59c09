package org.diffusionjmh.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.ReductionOp;
import org.diffusionjmh.scheduler.Update.Term;

/**
 * What the steps of a plan have in common: which registers are made of which, but not with what coefficients. So one piece of a graph,
 * which takes the coefficients as numbers, carries out all steps of a run, and those of other runs: a term that a step does not have is
 * one whose coefficient is 0, and registers hold zeros before the first step.
 *
 * <p>Arithmetic is in float32, as a {@link Sampler}'s; the order of additions may be another.
 *
 * @param scalesInput whether the denoiser's input is scaled in some step
 * @param noise the noise that steps draw, in the wider type if they differ
 * @param stages what happens, in order
 */
public record ProgramForm(boolean scalesInput, NoiseDraw noise, List<Stage> stages) {
    public ProgramForm {
        stages = List.copyOf(stages);
    }

    /**
     * Assignments that happen at once.
     *
     * @param assignments one for each register that changes
     * @param limit what is done to a register then
     */
    record Stage(List<Assignment> assignments, Optional<Update> limit) {
        Stage {
            assignments = List.copyOf(assignments);
        }
    }

    /** A register that becomes a sum of multiples of others. */
    record Assignment(Register target, List<Operand> operands) {
        Assignment {
            operands = List.copyOf(operands);
        }
    }

    /**
     * A term without its coefficient.
     *
     * @param whole whether the coefficient is 1 in all steps
     */
    record Operand(Register register, boolean whole) {}

    /**
     * The form of a plan's steps; empty if limits stand between other assignments in some steps than in others, which no scheduler's plan
     * does so far.
     */
    public static Optional<ProgramForm> of(SamplingPlan plan) {
        List<ProgramStages> programs =
                plan.steps().stream().map(ProgramStages::of).toList();
        List<Optional<Update>> limits = limits(programs.get(0));
        if (!programs.stream().allMatch(program -> limits(program).equals(limits))) {
            return Optional.empty();
        }
        List<Stage> stages = IntStream.range(0, limits.size())
                .mapToObj(i -> stage(
                        programs.stream()
                                .map(program -> program.stages().get(i).assignments())
                                .toList(),
                        limits.get(i)))
                .toList();
        boolean scales = plan.steps().stream().anyMatch(step -> step.inputScale() != 1);
        NoiseDraw noise = plan.steps().stream().map(Step::noise).reduce(NoiseDraw.NONE, ProgramForm::wider);
        return Optional.of(new ProgramForm(scales, noise, stages));
    }

    private static List<Optional<Update>> limits(ProgramStages program) {
        return program.stages().stream().map(ProgramStages.Stage::limit).toList();
    }

    private static NoiseDraw wider(NoiseDraw a, NoiseDraw b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static Stage stage(List<Map<Register, List<Term>>> steps, Optional<Update> limit) {
        NavigableSet<Register> targets = new TreeSet<>();
        steps.forEach(assignments -> targets.addAll(assignments.keySet()));
        List<Assignment> assignments = targets.stream()
                .map(target -> assignment(
                        target, steps.stream().map(step -> terms(step, target)).toList()))
                .toList();
        return new Stage(assignments, limit);
    }

    /** What a register becomes in a step: itself if the step does not mention it. */
    private static List<Term> terms(Map<Register, List<Term>> assignments, Register target) {
        return assignments.getOrDefault(target, List.of(new Term(1, target)));
    }

    /** Terms that need no coefficient come first. */
    private static Assignment assignment(Register target, List<List<Term>> steps) {
        NavigableSet<Register> registers = new TreeSet<>();
        steps.stream().flatMap(Collection::stream).map(Term::register).forEach(registers::add);
        List<Operand> operands = registers.stream()
                .map(register ->
                        new Operand(register, steps.stream().allMatch(terms -> terms.contains(new Term(1, register)))))
                .toList();
        Stream<Operand> whole = operands.stream().filter(Operand::whole);
        Stream<Operand> scaled = operands.stream().filter(operand -> !operand.whole());
        return new Assignment(target, Stream.concat(whole, scaled).toList());
    }

    /** The registers that are kept from step to step, in order. */
    public List<Register> kept() {
        NavigableSet<Register> registers = new TreeSet<>();
        for (Stage stage : stages) {
            for (Assignment assignment : stage.assignments()) {
                registers.add(assignment.target());
                assignment.operands().forEach(operand -> registers.add(operand.register()));
            }
        }
        return registers.stream().filter(register -> register.kind().isKept()).toList();
    }

    /** How many {@link #numbers} a step has. */
    public int count() {
        return Math.toIntExact(stages.stream()
                .flatMap(stage -> stage.assignments().stream())
                .flatMap(assignment -> assignment.operands().stream())
                .filter(operand -> !operand.whole())
                .count());
    }

    /** Whether {@link #numbers} can be given for all steps of a plan. */
    public boolean fits(SamplingPlan plan) {
        return plan.steps().stream().allMatch(step -> numbersOf(step).isPresent());
    }

    /**
     * The coefficients of a step, in the order in which {@link #append} takes them.
     *
     * @throws IllegalArgumentException if the step is not of this form
     */
    public List<Double> numbers(Step step) {
        return numbersOf(step)
                .orElseThrow(() -> new IllegalArgumentException("the step at timestep " + step.timestep()
                        + " is of another form than " + this + "; ask fits() before"));
    }

    private Optional<List<Double>> numbersOf(Step step) {
        ProgramStages program = ProgramStages.of(step);
        boolean fits = limits(program).equals(stages.stream().map(Stage::limit).toList())
                && (scalesInput || step.inputScale() == 1)
                && step.noise().compareTo(noise) <= 0;
        if (!fits) {
            return Optional.empty();
        }
        List<Double> numbers = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            if (!addNumbers(stages.get(i), program.stages().get(i).assignments(), numbers)) {
                return Optional.empty();
            }
        }
        return Optional.of(numbers);
    }

    private static boolean addNumbers(Stage stage, Map<Register, List<Term>> assignments, List<Double> numbers) {
        int assigned = 0;
        for (Assignment assignment : stage.assignments()) {
            assigned += assignments.containsKey(assignment.target()) ? 1 : 0;
            Map<Register, Double> coefficients = new HashMap<>();
            terms(assignments, assignment.target())
                    .forEach(term -> coefficients.put(term.register(), term.coefficient()));
            for (Operand operand : assignment.operands()) {
                double coefficient = Optional.ofNullable(coefficients.remove(operand.register()))
                        .orElse(0.0);
                if (!operand.whole()) {
                    numbers.add(coefficient);
                } else if (coefficient != 1) {
                    return false;
                }
            }
            if (coefficients.values().stream().anyMatch(coefficient -> coefficient != 0)) {
                return false;
            }
        }
        return assigned == assignments.size();
    }

    /**
     * Appends what a step does to a graph.
     *
     * @param registers the registers before the step, float32 of one shape: sample, model output, noise if steps draw some, and those that
     *     are {@link #kept}
     * @param numbers gives a node for each of {@link #numbers}, FP32 [1], in order
     * @return the registers after the step
     */
    public Map<Register, Node> append(GraphBuilder b, Map<Register, Node> registers, Supplier<Node> numbers) {
        Map<Register, Node> current = new HashMap<>(registers);
        for (Stage stage : stages) {
            Map<Register, Node> assigned = new HashMap<>();
            for (Assignment assignment : stage.assignments()) {
                assigned.put(assignment.target(), sum(b, assignment, current, numbers));
            }
            current.putAll(assigned);
            stage.limit().ifPresent(limit -> current.compute(limit.target(), (register, x) -> limited(b, limit, x)));
        }
        return current;
    }

    private static Node sum(
            GraphBuilder b, Assignment assignment, Map<Register, Node> registers, Supplier<Node> numbers) {
        Node sum = null;
        for (Operand operand : assignment.operands()) {
            Node value = registers.get(operand.register());
            if (operand.whole()) {
                sum = sum == null ? value : b.add(sum, value);
            } else {
                Node number = numbers.get();
                sum = sum == null ? b.multiply(value, number) : b.multiplyAdd(sum, value, number);
            }
        }
        return sum;
    }

    private static Node limited(GraphBuilder b, Update limit, Node x) {
        if (limit instanceof Update.Clamp clamp) {
            return b.apply(new PointwiseOp.Clamp(clamp.minimum(), clamp.maximum()), x);
        }
        if (limit instanceof Update.DynamicThreshold threshold) {
            Node quantile = b.apply(new ReductionOp.AbsoluteQuantile(threshold.ratio()), x);
            Node largest = b.apply(new PointwiseOp.Clamp(1, threshold.maximum()), quantile);
            return b.apply(new PointwiseOp.Clamp(-1, 1), b.divide(x, largest));
        }
        throw new IllegalStateException("no graph of " + limit);
    }
}
