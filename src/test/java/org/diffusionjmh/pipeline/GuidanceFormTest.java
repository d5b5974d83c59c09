package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.libtorch.HostScalars;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The graph of each guidance combines predictions as the guidance does. */
class GuidanceFormTest {
    private static final int IMAGES = 2;
    private static final int CHANNELS = 4;
    private static final int SIDE = 5;

    private final NDManager manager = NDManager.newBaseManager(Device.cpu());
    private final HostScalars scalars = new HostScalars(manager);

    @AfterEach
    void close() {
        scalars.close();
        manager.close();
    }

    private GuidanceRescale rescale(double amount) {
        return new GuidanceRescale(amount, scalars);
    }

    private void assertGraphEquals(Guidance guidance) {
        long rows = (long) IMAGES * guidance.predictions();
        Random random = new Random(3);
        float[] values = new float[Math.toIntExact(rows * CHANNELS * SIDE * SIDE)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        NDArray predictions = manager.create(values, new Shape(rows, CHANNELS, SIDE, SIDE));

        GraphBuilder b = new GraphBuilder("guidance", DType.FP32);
        Node x = b.input("x", DType.FP32, rows, CHANNELS, SIDE * SIDE);
        Node numbers = b.input("numbers", DType.FP32, guidance.form().count() + 1L);
        List<Node> taken = new ArrayList<>();
        b.output("y", guidance.form().append(b, x, () -> {
            taken.add(b.slice(numbers, 0, taken.size(), taken.size() + 1L));
            return taken.get(taken.size() - 1);
        }));
        assertEquals(guidance.form().count(), taken.size());

        float[] row = new float[taken.size() + 1];
        for (int i = 0; i < taken.size(); i++) {
            row[i] = guidance.numbers().get(i).floatValue();
        }
        try (CompiledModule module = Compilers.of("none")
                .compile(
                        b.build(),
                        (key, type) -> {
                            throw new AssertionError(key);
                        },
                        manager)) {
            NDList inputs = new NDList(predictions.reshape(rows, CHANNELS, SIDE * SIDE), manager.create(row));
            float[] combined = module.run(inputs, manager).singletonOrThrow().toFloatArray();
            assertArrayEquals(guidance.combine(predictions).toFloatArray(), combined, 1e-4f);
        }
    }

    @Test
    void onePrediction() {
        assertGraphEquals(Guidance.none());
    }

    @Test
    void classifierFreeGuidance() {
        assertGraphEquals(new ClassifierFreeGuidance(7.5, rescale(0), scalars));
        assertGraphEquals(new ClassifierFreeGuidance(7.5, rescale(0.7), scalars));
    }

    @Test
    void guidanceByTextAndPicture() {
        assertGraphEquals(new ImageTextGuidance(6, 1.5, rescale(0), scalars));
        assertGraphEquals(new ImageTextGuidance(6, 1.5, rescale(0.4), scalars));
    }

    @Test
    void variancesAreLeftOut() {
        assertGraphEquals(new LearnedSigma(new ClassifierFreeGuidance(4.5, rescale(0), scalars)));
        assertGraphEquals(new LearnedSigma(Guidance.none()));
    }

    /** Numbers are no part of a form, whether there is a rescaling is. */
    @Test
    void guidancesOfOtherNumbersHaveOneForm() {
        Guidance.Form form = new ClassifierFreeGuidance(7.5, rescale(0.7), scalars).form();
        assertEquals(form, new ClassifierFreeGuidance(3, rescale(0.2), scalars).form());
        assertEquals(
                0, new ClassifierFreeGuidance(7.5, rescale(0), scalars).form().count() - 1);
    }
}
