package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;

/**
 * The formulas of UniPC (Zhao et al. 2023, section 3): UniP-p and UniC-p over outputs at uneven distances, for solvers that predict the
 * noise or the clean sample.
 *
 * @param predictsSample whether the outputs are clean samples, not noise
 * @param secondB whether B(h) is {@code expm1(h)}, not h
 */
record UniPCSolver(boolean predictsSample, boolean secondB) {
    /**
     * UniP: the sample at the next noise level.
     *
     * @param sample the sample at the first of {@code levels}
     * @param outputs the last outputs, newest first
     * @param levels their noise levels
     * @param to the next noise level
     */
    LinearForm predicted(LinearForm sample, List<LinearForm> outputs, List<NoiseLevel> levels, NoiseLevel to) {
        int order = outputs.size();
        Stride stride = new Stride(levels.get(0), to);
        LinearForm differences = LinearForm.ZERO;
        if (order > 1) {
            List<Double> ratios = ratios(levels, stride);
            // The paper takes 1/2 for two outputs, which does not depend on B(h).
            List<Double> rhos = order == 2 ? List.of(0.5) : stride.rhos(ratios);
            differences = differences(outputs, ratios, rhos);
        }
        return stride.firstOrder(sample, outputs.get(0)).plus(differences.times(stride.scaleOfDifferences()));
    }

    /**
     * UniC: the sample at a noise level, given the output there.
     *
     * @param sample the sample at the first of {@code levels}
     * @param outputs the outputs before, newest first
     * @param output the output at {@code to}
     * @param levels the noise levels of {@code outputs}
     * @param to the noise level of the sample that is corrected
     */
    LinearForm corrected(
            LinearForm sample, List<LinearForm> outputs, LinearForm output, List<NoiseLevel> levels, NoiseLevel to) {
        int order = outputs.size();
        Stride stride = new Stride(levels.get(0), to);
        List<Double> ratios = ratios(levels, stride);
        List<Double> withEnd = DoubleStream.concat(ratios.stream().mapToDouble(Double::doubleValue), DoubleStream.of(1))
                .boxed()
                .toList();
        List<Double> rhos = order == 1 ? List.of(0.5) : stride.rhos(withEnd);
        LinearForm differences = differences(outputs, ratios, rhos)
                .plus(output.minus(outputs.get(0)).times(rhos.get(order - 1)));
        return stride.firstOrder(sample, outputs.get(0)).plus(differences.times(stride.scaleOfDifferences()));
    }

    /** Where the earlier outputs lie, in strides from the newest; negative. */
    private static List<Double> ratios(List<NoiseLevel> levels, Stride stride) {
        return levels.stream()
                .skip(1)
                .map(level -> (level.lambda() - levels.get(0).lambda()) / stride.h)
                .toList();
    }

    private static LinearForm differences(List<LinearForm> outputs, List<Double> ratios, List<Double> rhos) {
        return IntStream.range(0, ratios.size())
                .mapToObj(k -> outputs.get(k + 1)
                        .minus(outputs.get(0))
                        .over(ratios.get(k))
                        .times(rhos.get(k)))
                .reduce(LinearForm.ZERO, LinearForm::plus);
    }

    /** From one noise level to another. */
    private final class Stride {
        private final NoiseLevel from;
        private final NoiseLevel to;
        private final double h;
        private final double signedH;
        private final double phi1;
        private final double b;

        Stride(NoiseLevel from, NoiseLevel to) {
            this.from = from;
            this.to = to;
            this.h = to.lambda() - from.lambda();
            this.signedH = predictsSample ? -h : h;
            this.phi1 = Math.expm1(signedH);
            this.b = secondB ? phi1 : signedH;
        }

        LinearForm firstOrder(LinearForm sample, LinearForm output) {
            return predictsSample
                    ? sample.times(to.sigma() / from.sigma()).minus(output.times(to.alpha() * phi1))
                    : sample.times(to.alpha() / from.alpha()).minus(output.times(to.sigma() * phi1));
        }

        double scaleOfDifferences() {
            return -(predictsSample ? to.alpha() : to.sigma()) * b;
        }

        /** Solves R(h) rho = phi(h) / B(h), where R is the Vandermonde matrix of the ratios. */
        List<Double> rhos(List<Double> ratios) {
            int size = ratios.size();
            RealMatrix vandermonde = MatrixUtils.createRealMatrix(size, size);
            RealVector right = new ArrayRealVector(size);
            double phi = phi1 / signedH - 1;
            double factorial = 1;
            for (int row = 0; row < size; row++) {
                for (int column = 0; column < size; column++) {
                    vandermonde.setEntry(row, column, Math.pow(ratios.get(column), row));
                }
                right.setEntry(row, phi * factorial / b);
                factorial *= row + 2;
                phi = phi / signedH - 1 / factorial;
            }
            RealVector solution =
                    new LUDecomposition(vandermonde, 0).getSolver().solve(right);
            return DoubleStream.of(solution.toArray()).boxed().toList();
        }
    }
}
