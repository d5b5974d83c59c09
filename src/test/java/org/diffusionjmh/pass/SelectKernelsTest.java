package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.KernelOp.GegluKernel;
import org.diffusionjmh.graph.KernelOp.GroupNormKernel;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.kernel.FusedOperators;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SelectKernelsTest {
    private final Pass pass = new SelectKernels();

    @BeforeAll
    static void register() {
        FusedOperators.get();
    }

    /** The operators' implementations for the CPU give what the operations give that they replace; and they can be told apart by name. */
    @RepeatedTest(3)
    void replaces() {
        Random random = new Random();
        int groups = 1 + random.nextInt(4);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, (long) groups * (1 + random.nextInt(4)), 1 + random.nextInt(9), 6);
        Node norm = b.in("first").groupNorm(x, groups, 1e-5);
        Node permuted = b.permute(norm, 0, 1, 3, 2);
        Node second = b.in("second").groupNorm(permuted, groups, 0.1);
        Node silu = new Node(new GroupNormSilu((GroupNorm) second.op()), second.inputs(), "");
        b.output("y", b.apply(new Geglu(), b.permute(silu, 0, 1, 3, 2)));

        Graph kernels = Rewrites.assertEqualResults(pass, b.build(), 3, 1e-6);
        assertEquals(2, kernels.nodesOf(GroupNormKernel.class).size());
        assertEquals(1, kernels.nodesOf(GegluKernel.class).size());
    }

    @Test
    void othersStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", b.layerNorm(b.input("x", DType.FP32, 2, 4), 1e-5));
        Rewrites.assertUntouched(pass, b.build());
    }
}
