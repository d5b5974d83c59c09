package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Text encoders on recorded ids give recorded hidden states, and what pipelines make of these, with every compiler. */
class CLIPTextModelGoldenTest {
    private static final double TOLERANCE = 1e-4;

    /** Each layer by itself, the embeddings below them and the norm above. */
    @TestFactory
    List<DynamicTest> everyHiddenState() {
        return withEveryCompiler(
                prompts -> prompts.has("probe/text_encoder.last_hidden_state"), (prompts, compiler) -> {
                    checkHiddenStates(prompts, "text_encoder", "prompt_ids_1", compiler);
                    if (prompts.isXl()) {
                        checkHiddenStates(prompts, "text_encoder_2", "prompt_ids_2", compiler);
                    }
                });
    }

    private static void checkHiddenStates(RecordedPrompts prompts, String encoder, String ids, Compiler compiler) {
        String probe = "probe/" + encoder + ".";
        HiddenState last = new HiddenState(1, true);
        assertClose(
                prompts.get(probe + "last_hidden_state"),
                prompts.run(encoder, prompts.get(ids), last, compiler).hiddenStates());
        int layers = prompts.config(encoder).numHiddenLayers();
        for (int i = 0; i <= layers; i++) {
            String recorded = probe + "hidden_states." + i;
            if (prompts.has(recorded)) {
                HiddenState hidden = new HiddenState(layers + 1 - i, false);
                assertClose(
                        prompts.get(recorded),
                        prompts.run(encoder, prompts.get(ids), hidden, compiler).hiddenStates());
            }
        }
    }

    @TestFactory
    List<DynamicTest> everyPrompt() {
        return withEveryCompiler(prompts -> true, (prompts, compiler) -> {
            RecordedPrompts.Embeddings positive = prompts.encode("prompt", prompts.option("clip_skip", 0), compiler);
            RecordedPrompts.Embeddings negative = prompts.has("negative_ids_1")
                    ? prompts.encode("negative", 0, compiler)
                    : new RecordedPrompts.Embeddings( // what SDXL takes for no negative prompt
                            new float[positive.hiddenStates().length], new float[positive.textEmbeds().length]);
            check(prompts, "prompt_embeds", positive.hiddenStates());
            check(prompts, "negative_prompt_embeds", negative.hiddenStates());
            check(prompts, "pooled_prompt_embeds", positive.textEmbeds());
            check(prompts, "negative_pooled_prompt_embeds", negative.textEmbeds());
            checkBatch(prompts, "encoder_hidden_states", positive.hiddenStates(), negative.hiddenStates());
            checkBatch(prompts, "text_embeds", positive.textEmbeds(), negative.textEmbeds());
        });
    }

    private static void check(RecordedPrompts prompts, String tensor, float[] actual) {
        if (prompts.has(tensor)) {
            assertClose(prompts.get(tensor), actual);
        }
    }

    /** The batch that the denoiser gets: one, two or three times all prompts, as its guidance wants. */
    private static void checkBatch(RecordedPrompts prompts, String tensor, float[] positive, float[] negative) {
        if (!prompts.has(tensor)) {
            return;
        }
        int count = (int) prompts.get("prompt_ids_1").shape()[0];
        int images = prompts.option("num_images_per_prompt", 1);
        int copies = (int) prompts.get(tensor).shape()[0] / count / images;
        List<float[]> order =
                switch (copies) {
                    case 1 -> List.of(positive);
                    case 2 -> List.of(negative, positive);
                    case 3 -> List.of(positive, negative, negative);
                    default -> throw new AssertionError(tensor + " has " + copies + " copies of the prompts");
                };
        float[] batch = new float[copies * images * positive.length];
        int row = positive.length / count;
        for (int i = 0; i < batch.length / row; i++) {
            float[] source = order.get(i / images / count);
            System.arraycopy(source, i / images % count * row, batch, i * row, row);
        }
        assertClose(prompts.get(tensor), batch);
    }

    private static List<DynamicTest> withEveryCompiler(
            Predicate<RecordedPrompts> wanted, BiConsumer<RecordedPrompts, Compiler> check) {
        List<DynamicTest> tests = new ArrayList<>();
        for (RecordedPrompts prompts :
                RecordedPrompts.all().stream().filter(wanted).toList()) {
            for (Compiler compiler : Compilers.all()) {
                tests.add(DynamicTest.dynamicTest(
                        prompts.name() + "/" + compiler.id(), () -> check.accept(prompts, compiler)));
            }
        }
        assertFalse(tests.isEmpty(), "no fixture records these tensors");
        return tests;
    }

    private static void assertClose(GoldenTensors.Tensor expected, float[] actual) {
        double error = expected.relativeError(actual);
        assertTrue(
                error <= TOLERANCE, expected.name() + " " + Arrays.toString(expected.shape()) + " is off by " + error);
    }
}
