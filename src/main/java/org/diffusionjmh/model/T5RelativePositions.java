package org.diffusionjmh.model;

import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.LookupOp;
import org.diffusionjmh.graph.Node;

/** T5's relative positions: a number per head and kind of distance. Near distances are told apart one by one, far ones by magnitude. */
record T5RelativePositions(T5Config config) {
    /**
     * What is added to the scores of all layers.
     *
     * @param b stands in the table of the first layer, which is the only one
     * @return [1, heads, length, length]
     */
    Node scores(GraphBuilder b, long length) {
        Node table = b.weight("weight", config.relativeAttentionNumBuckets(), config.numHeads());
        Node buckets = b.cast(b.constant(buckets(Math.toIntExact(length)), length, length), DType.INT64);
        Node values = b.permute(b.apply(new LookupOp.Embedding(), table, buckets), 2, 0, 1);
        return b.reshape(values, 1, config.numHeads(), length, length);
    }

    /** Row-major: the bucket of each query's distance to each key. */
    private List<Float> buckets(int length) {
        List<Float> buckets = new ArrayList<>();
        for (int query = 0; query < length; query++) {
            for (int key = 0; key < length; key++) {
                buckets.add((float) bucket(key - query));
            }
        }
        return buckets;
    }

    /** The bucket of a distance; later keys have the second half of the buckets. */
    int bucket(int distance) {
        int half = config.relativeAttentionNumBuckets() / 2;
        return (distance > 0 ? half : 0) + bucketOfMagnitude(Math.abs(distance), half);
    }

    private int bucketOfMagnitude(int magnitude, int buckets) {
        int exact = config.exactDistances();
        if (magnitude < exact) {
            return magnitude;
        }
        // In float32 as in transformers, so that distances on the edge between two buckets fall to the same side.
        float octaves = (float) Math.log((float) magnitude / exact)
                / (float) Math.log((double) config.relativeAttentionMaxDistance() / exact);
        return Math.min(exact + (int) (octaves * (buckets - exact)), buckets - 1);
    }
}
