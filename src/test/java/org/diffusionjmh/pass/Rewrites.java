package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Random;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.compiler.Parameters;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;

/** What tests of passes have in common. */
final class Rewrites {
    private Rewrites() {}

    static void assertUntouched(Pass pass, Graph graph) {
        Rewrite rewrite = pass.apply(graph);
        assertEquals(0, rewrite.matches());
        assertSame(graph, rewrite.graph());
    }

    /** Applies a pass and compares both graphs' results on random weights and inputs; returns the rewritten graph. */
    static Graph assertEqualResults(Pass pass, Graph graph, int matches, double tolerance) {
        Graph rewritten = new PassPipeline(List.of(pass)).run(graph).graph();
        assertEquals(matches, pass.apply(graph).matches());
        assertEqualResults(graph, rewritten, tolerance);
        return rewritten;
    }

    static void assertEqualResults(Graph expected, Graph actual, double tolerance) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDList inputs = new NDList();
            for (Node input : expected.inputs()) {
                inputs.add(random(((SourceOp.Input) input.op()).label(), input.type(), manager));
            }
            NDList wanted = run(expected, inputs, manager);
            NDList got = run(actual, inputs, manager);
            for (int i = 0; i < wanted.size(); i++) {
                assertEquals(wanted.get(i).getShape(), got.get(i).getShape());
                assertClose(wanted.get(i).toFloatArray(), got.get(i).toFloatArray(), tolerance);
            }
        }
    }

    static void assertClose(float[] expected, float[] actual, double tolerance) {
        if (tolerance == 0) {
            assertArrayEquals(expected, actual);
        }
        double largest = 0;
        double error = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            error = Math.max(error, Math.abs(expected[i] - actual[i]));
        }
        assertTrue(error <= tolerance * largest, "off by " + error / largest);
    }

    static NDList run(Graph graph, NDList inputs, NDManager manager) {
        Parameters weights = new Parameters() {
            @Override
            public NDArray get(String key, TensorType type) {
                return random(key, type, manager);
            }
        };
        try (CompiledModule module = Compilers.of("none").compile(graph, weights, manager)) {
            return module.run(inputs, manager);
        }
    }

    static NDArray random(String name, TensorType type, NDManager manager) {
        Random random = new Random(name.hashCode());
        float[] values = new float[Math.toIntExact(type.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, TensorTypes.shape(type)).toType(TensorTypes.dataType(type.dtype()), false);
    }
}
