package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The noise variance that each training timestep added (Ho et al. 2020, "Denoising Diffusion Probabilistic Models").
 *
 * @param numTrainTimesteps number of timesteps
 * @param betaStart first variance
 * @param betaEnd last variance
 * @param kind how it gets from one to the other
 * @param trainedBetas the variances themselves, in place of all that
 */
record BetaSchedule(
        int numTrainTimesteps, double betaStart, double betaEnd, Kind kind, Optional<List<Double>> trainedBetas) {
    private static final double MAX_BETA = 0.999;

    /** The names of diffusers' {@code beta_schedule}. */
    enum Kind {
        /** Even. */
        LINEAR,
        /** Even in the square root, as latent diffusion models were trained. */
        SCALED_LINEAR,
        /** From a cosine for the cumulative product (Nichol and Dhariwal 2021, equation 17). */
        SQUAREDCOS_CAP_V2,
        /** Along a logistic curve (GeoDiff). */
        SIGMOID,
        /** From a Laplace distribution of the log signal-to-noise ratio (Hang and Gu 2024). */
        LAPLACE,
        /** From an exponential for the cumulative product. */
        EXP;

        /** Those that all classes have. */
        static final List<Kind> COMMON = List.of(LINEAR, SCALED_LINEAR, SQUAREDCOS_CAP_V2);

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Values of absent keys. */
    record Defaults(double betaStart, double betaEnd, Kind kind) {
        static final Defaults USUAL = new Defaults(1e-4, 0.02, Kind.LINEAR);
    }

    static BetaSchedule of(SchedulerConfig config, List<Kind> supported, Defaults absent) {
        int numTrainTimesteps = config.positive("num_train_timesteps", 1000);
        Optional<List<Double>> trainedBetas = config.optionalNumbers("trained_betas");
        if (trainedBetas.isPresent() && trainedBetas.get().size() != numTrainTimesteps) {
            throw config.refuse("trained_betas", "as many values as num_train_timesteps: " + numTrainTimesteps);
        }
        return new BetaSchedule(
                numTrainTimesteps,
                config.number("beta_start", absent.betaStart()),
                config.number("beta_end", absent.betaEnd()),
                config.choice("beta_schedule", absent.kind(), supported),
                trainedBetas);
    }

    /** The variances, in float32 as torch computes them. */
    float[] betas() {
        if (trainedBetas.isPresent()) {
            return floats(i -> trainedBetas.get().get((int) i));
        }
        return switch (kind) {
            case LINEAR -> linspace((float) betaStart, (float) betaEnd);
            case SCALED_LINEAR -> {
                float[] roots = linspace((float) Math.sqrt(betaStart), (float) Math.sqrt(betaEnd));
                yield floats(i -> roots[(int) i] * roots[(int) i]);
            }
            case SIGMOID -> {
                float[] x = linspace(-6, 6);
                yield floats(i -> (betaEnd - betaStart) / (1 + Math.exp(-x[(int) i])) + betaStart);
            }
            case SQUAREDCOS_CAP_V2 ->
                fromAlphaBar(t -> {
                    double cosine = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
                    return cosine * cosine;
                });
            case LAPLACE ->
                fromAlphaBar(t -> {
                    double lambda = -0.5 * Math.copySign(1, 0.5 - t) * Math.log(1 - 2 * Math.abs(0.5 - t) + 1e-6);
                    return Math.sqrt(1 / (1 + Math.exp(-lambda)));
                });
            case EXP -> fromAlphaBar(t -> Math.exp(-12 * t));
        };
    }

    /** The variances whose cumulative product of alphas follows a function of time in [0, 1]. */
    private float[] fromAlphaBar(DoubleUnaryOperator alphaBar) {
        return floats(i -> {
            double before = alphaBar.applyAsDouble(i / numTrainTimesteps);
            double after = alphaBar.applyAsDouble((i + 1) / numTrainTimesteps);
            return Math.min(1 - after / before, MAX_BETA);
        });
    }

    private float[] floats(DoubleUnaryOperator value) {
        float[] floats = new float[numTrainTimesteps];
        IntStream.range(0, numTrainTimesteps).forEach(i -> floats[i] = (float) value.applyAsDouble(i));
        return floats;
    }

    /** torch.linspace in float32: the second half counts from the end. */
    private float[] linspace(float first, float last) {
        int count = numTrainTimesteps;
        float step = count > 1 ? (last - first) / (count - 1) : 0;
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 ? first + step * i : last - step * (count - 1 - i);
        }
        if (count == 1) {
            values[0] = first;
        }
        return values;
    }
}
