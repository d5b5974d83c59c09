package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.LayoutOp.ChannelsLast;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.SubtractGroupMean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CenterGroupNormTest {
    private final Pass pass = CenterGroupNorm.bySize();

    /** The norm of a large and of a small map with channels last, whose mean is fifty standard deviations. */
    @ParameterizedTest
    @ValueSource(ints = {40, 5})
    void normsAreExactWithChannelsLast(int side) {
        Graph plain = offsetNorm(side, false);
        Graph channelsLast = offsetNorm(side, true);
        Rewrites.assertEqualResults(plain, pass.apply(channelsLast).graph(), 1e-5);
        assertEquals(1, pass.apply(channelsLast).matches());
        assertEquals(
                side == 40 ? 1 : 0,
                pass.apply(channelsLast)
                        .graph()
                        .nodesOf(SubtractGroupMean.class)
                        .size());
    }

    private static Graph offsetNorm(int side, boolean channelsLast) {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 8, side, side);
        x = b.add(b.scale(x, 0.1), b.constant(java.util.List.of(5f), 1));
        Node norm = b.groupNorm(channelsLast ? b.apply(new ChannelsLast(), x) : x, 4, 1e-5);
        b.output("y", norm);
        return b.build();
    }

    /** In half precision the statistics are not the least exact part, and sequences have no layout. */
    @Test
    void othersStay() {
        GraphBuilder b = new GraphBuilder("test", DType.BF16);
        b.output("half", b.groupNorm(b.input("x", DType.BF16, 2, 8, 40, 40), 4, 1e-5));
        Rewrites.assertUntouched(pass, b.build());
        GraphBuilder sequence = new GraphBuilder("test", DType.FP32);
        sequence.output("y", sequence.groupNorm(sequence.input("x", DType.FP32, 2, 8, 40), 4, 1e-5));
        Rewrites.assertUntouched(pass, sequence.build());
    }
}
