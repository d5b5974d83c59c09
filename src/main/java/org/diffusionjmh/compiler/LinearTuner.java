package org.diffusionjmh.compiler;

import ai.djl.Device;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.cache.TunedChoices;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.libtorch.ProductSizes;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.pass.LinearChoice;
import org.diffusionjmh.pass.LinearLayer;
import org.diffusionjmh.pass.LinearPlan;

/** Measures how a GPU computes each linear layer of a network fastest, once for each of its sizes; some 15 milliseconds each. */
final class LinearTuner {
    /** Layers of fewer rows take as long as their weights take to read. */
    private static final int FEW_ROWS = 32;

    private final DeviceChoices choices;
    private final CompileJournal journal;
    private final Map<Device, Boolean> devices = new HashMap<>();
    private final Map<Case, LinearPlan> known = new HashMap<>();

    /**
     * @param choices what was measured before
     */
    LinearTuner(DeviceChoices choices, CompileJournal journal) {
        this.choices = choices;
        this.journal = journal;
    }

    private record Case(Device device, LinearLayer layer) {}

    /** What measuring on a device says. A GPU without cuBLASLt is an occasion to tell the user, once. */
    LinearChoice on(TrialSession trials) {
        return trials.device().isGpu() && devices.computeIfAbsent(trials.device(), this::prepare)
                ? layers -> plans(trials, layers)
                : LinearChoice.LIBTORCH;
    }

    private boolean prepare(Device device) {
        try {
            FusedOperators.get().linear().prepare(device);
            return true;
        } catch (RuntimeException | LinkageError e) {
            journal.warn(
                    "fused runs libtorch's own linear layers and does not choose among algorithms: " + e.getMessage());
            return false;
        }
    }

    private Map<LinearLayer, LinearPlan> plans(TrialSession trials, Set<LinearLayer> layers) {
        Device device = trials.device();
        Set<LinearLayer> unknown = layers.stream()
                .filter(layer -> isWorthMeasuring(layer) && !known.containsKey(new Case(device, layer)))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (!unknown.isEmpty()) {
            journal.timed(CompilePhase.TUNE, () -> {
                TunedChoices kept = choices.on(device);
                unknown.removeIf(layer -> isKnown(new Case(device, layer), kept));
                measure(trials, unknown, kept);
                return true;
            });
        }
        Map<LinearLayer, LinearPlan> plans = new LinkedHashMap<>();
        layers.stream()
                .filter(LinearTuner::isWorthMeasuring)
                .forEach(layer -> plans.put(layer, known.getOrDefault(new Case(device, layer), LinearPlan.LIBTORCH)));
        return plans;
    }

    /** Whether a layer was measured before, which it is not again. */
    private boolean isKnown(Case layer, TunedChoices kept) {
        Optional<LinearPlan> plan = kept.find(layer.layer().toString()).flatMap(LinearPlan::parse);
        plan.ifPresent(before -> known.put(layer, before));
        return plan.isPresent();
    }

    private void measure(TrialSession trials, Set<LinearLayer> layers, TunedChoices kept) {
        Device device = trials.device();
        try {
            for (LinearLayer layer : layers) {
                // An algorithm that was proposed may still refuse.
                LinearPlan fastest = trials.trial()
                        .fastest(LinearCandidates.of(layer, algorithms(device, layer)), refusal -> {})
                        .orElse(LinearPlan.LIBTORCH);
                known.put(new Case(device, layer), fastest);
                kept.keep(layer.toString(), fastest.toString());
            }
        } catch (RuntimeException e) {
            journal.warn(
                    "fused runs libtorch's own linear layers, since others could not be measured: " + e.getMessage());
        }
    }

    private static int algorithms(Device device, LinearLayer layer) {
        ScalarType type = ScalarType.of(TensorTypes.dataType(layer.dtype()));
        ProductSizes sizes = new ProductSizes(type, layer.rows(), layer.in(), layer.out(), layer.bias());
        return FusedOperators.get().linear().algorithms(device, sizes);
    }

    /** Half precision: in float32, libtorch follows the user's setting for TF32. */
    private static boolean isWorthMeasuring(LinearLayer layer) {
        return layer.dtype().bytes() == 2 && layer.rows() >= FEW_ROWS;
    }
}
