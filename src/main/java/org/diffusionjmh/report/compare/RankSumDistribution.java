package org.diffusionjmh.report.compare;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Exact distribution of the sum of some of the ranks, each choice of so many ranks being as probable as any other: what the ranks of one
 * of two samples sum up to if there is no difference. Ranks are doubled, so that equal values, which share the mean of their ranks, have
 * whole ones.
 */
final class RankSumDistribution {
    private final double[] probabilities;

    /**
     * Counts all choices: cost grows with the number of ranks, {@code chosen} and the sum of the ranks.
     *
     * @param doubledRanks the ranks, doubled
     * @param chosen how many of them
     */
    RankSumDistribution(int[] doubledRanks, int chosen) {
        int largest = Arrays.stream(doubledRanks).sum();
        double[][] ways = new double[chosen + 1][largest + 1]; // by how many are chosen, and their sum
        ways[0][0] = 1;
        for (int rank : doubledRanks) {
            for (int count = chosen; count > 0; count--) {
                for (int sum = largest; sum >= rank; sum--) {
                    ways[count][sum] += ways[count - 1][sum - rank];
                }
            }
        }
        double total = Arrays.stream(ways[chosen]).sum();
        probabilities = Arrays.stream(ways[chosen]).map(count -> count / total).toArray();
    }

    /** The distribution for samples without equal values. */
    static RankSumDistribution untied(int chosen, int others) {
        return new RankSumDistribution(
                IntStream.rangeClosed(1, chosen + others).map(rank -> 2 * rank).toArray(), chosen);
    }

    double atMost(int doubledSum) {
        return Arrays.stream(probabilities, 0, Math.min(doubledSum + 1, probabilities.length))
                .sum();
    }

    double atLeast(int doubledSum) {
        return Arrays.stream(probabilities, doubledSum, probabilities.length).sum();
    }
}
