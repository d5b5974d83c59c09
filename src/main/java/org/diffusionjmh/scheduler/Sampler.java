package org.diffusionjmh.scheduler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Carries out a {@link SamplingPlan} on tensors, op by op, on whatever device they are on, without waiting for it.
 *
 * <p>Arithmetic is in float32 whatever the model's type. One sampler serves one run: steps are taken once, in order, and what a
 * multistep method keeps between them belongs to the sampler. Arrays given are never changed nor closed. Not thread-safe.
 */
public final class Sampler implements AutoCloseable {
    private final SamplingPlan plan;
    private final NDManager manager;
    private final HostScalars scalars;
    private final Map<Register, NDArray> kept = new HashMap<>();
    private int nextStep;

    /** A sampler at the start of a plan, whose arrays live in a child of {@code parent}. */
    public Sampler(SamplingPlan plan, NDManager parent) {
        this.plan = plan;
        this.manager = parent.newSubManager();
        this.scalars = new HostScalars(manager);
    }

    /**
     * What goes into the denoiser.
     *
     * @param sample the current sample
     * @param index index of the step in {@link SamplingPlan#steps()}
     * @return a new array in the sample's type, shape and manager; it may share the sample's memory
     */
    public NDArray scaleModelInput(NDArray sample, int index) {
        double scale = plan.steps().get(index).inputScale();
        return scale == 1 ? alias(sample) : sample.mul(scalars.of(scale));
    }

    /**
     * A clean sample brought to the noise level at which the plan begins.
     *
     * @param original the clean sample
     * @param noise standard normal noise of the same shape
     * @return a new array in the type and manager of {@code original}
     */
    public NDArray addNoise(NDArray original, NDArray noise) {
        NoiseLevel level = plan.beginLevel();
        try (NDArray signalPart = original.mul(scalars.of(level.alpha()));
                NDArray noisePart = noise.mul(scalars.of(level.sigma()))) {
            return signalPart.add(noisePart);
        }
    }

    /**
     * The next sample.
     *
     * @param index index of the step in {@link SamplingPlan#steps()}; steps are taken in order
     * @param modelOutput the denoiser's output after guidance
     * @param sample the current sample, of the same shape
     * @param noise called once if the step draws noise, for standard normal noise of that shape; the sampler closes what it gets
     * @return a new array in the model output's type and the sample's manager
     * @throws IllegalStateException if the step is not the next one
     */
    public NDArray step(int index, NDArray modelOutput, NDArray sample, Supplier<NDArray> noise) {
        if (index != nextStep) {
            throw new IllegalStateException("step " + index + " after step " + (nextStep - 1) + ", want step "
                    + nextStep + "; start a new sampler for another run");
        }
        nextStep++;
        Step step = plan.steps().get(index);
        try (NDManager scope = manager.newSubManager()) {
            Map<Register, NDArray> inputs = new HashMap<>();
            inputs.put(Register.SAMPLE, inFloat32(sample, scope));
            inputs.put(Register.MODEL_OUTPUT, inFloat32(modelOutput, scope));
            if (step.noise() != NoiseDraw.NONE) {
                try (NDArray drawn = noise.get()) {
                    inputs.put(Register.NOISE, inFloat32(drawn, scope));
                }
            }
            Map<Register, NDArray> values = new HashMap<>(kept);
            values.putAll(inputs);
            for (Update update : step.program()) {
                values.put(update.target(), within(scope, evaluate(update, values)));
            }
            values.forEach((register, value) -> {
                if (register.kind().isKept() && kept.get(register) != value) {
                    keep(register, value);
                }
            });
            return TensorMemory.as(values.get(Register.SAMPLE), TensorMemory.type(modelOutput), sample.getManager());
        }
    }

    private NDArray evaluate(Update update, Map<Register, NDArray> values) {
        if (update instanceof Update.LinearCombination combination) {
            return combine(combination, values);
        }
        NDArray value = values.get(update.target());
        if (update instanceof Update.Clamp clamp) {
            try (NDArray above = value.maximum(scalars.of(clamp.minimum()))) {
                return above.minimum(scalars.of(clamp.maximum()));
            }
        }
        if (update instanceof Update.DynamicThreshold threshold) {
            return threshold(threshold, value);
        }
        throw new IllegalStateException("no way to carry out " + update);
    }

    private NDArray combine(Update.LinearCombination combination, Map<Register, NDArray> values) {
        NDArray sum = null;
        for (Update.Term term : combination.terms()) {
            NDArray value = values.get(term.register());
            NDArray scaled = term.coefficient() == 1 ? alias(value) : value.mul(scalars.of(term.coefficient()));
            if (sum == null) {
                sum = scaled;
            } else {
                try (NDArray left = sum;
                        NDArray right = scaled) {
                    sum = left.add(right);
                }
            }
        }
        return combination.isCopy() && combination.target().outlivesStep() ? copyOf(sum) : sum;
    }

    /** A copy that shares no memory with what may be the caller's to overwrite. */
    private static NDArray copyOf(NDArray alias) {
        try (alias) {
            return alias.duplicate();
        }
    }

    private NDArray threshold(Update.DynamicThreshold threshold, NDArray value) {
        Shape shape = value.getShape();
        long batch = shape.get(0);
        long count = shape.size() / batch;
        double rank = threshold.ratio() * (count - 1);
        long below = (long) Math.floor(rank);
        long above = (long) Math.ceil(rank);
        double fraction = rank - below;
        try (NDManager scope = value.getManager().newSubManager()) {
            NDArray rows = within(scope, value.reshape(batch, count));
            NDArray sorted = rows.abs().sort(1);
            NDArray quantile = sorted.get(":, " + below + ":" + (below + 1))
                    .mul(scalars.of(1 - fraction))
                    .add(sorted.get(":, " + above + ":" + (above + 1)).mul(scalars.of(fraction)));
            NDArray limit = quantile.maximum(scalars.of(1)).minimum(scalars.of(threshold.maximum()));
            NDArray limited =
                    rows.maximum(limit.neg()).minimum(limit).div(limit).reshape(shape);
            limited.attach(value.getManager());
            return limited;
        }
    }

    private void keep(Register register, NDArray value) {
        value.attach(manager);
        NDArray before = kept.put(register, value);
        if (before != null) {
            before.close();
        }
    }

    private static NDArray inFloat32(NDArray array, NDManager scope) {
        return TensorMemory.as(array, ScalarType.FLOAT32, scope);
    }

    private static NDArray alias(NDArray array) {
        return array.reshape(array.getShape());
    }

    private static NDArray within(NDManager scope, NDArray array) {
        array.attach(scope);
        return array;
    }

    /** Frees what the sampler keeps; results stay with their managers. */
    @Override
    public void close() {
        manager.close();
    }
}
