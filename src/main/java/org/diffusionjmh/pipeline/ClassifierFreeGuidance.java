package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.libtorch.HostScalars;

/**
 * Classifier-free guidance (Ho and Salimans 2022): {@code u + scale (c - u)} for the predictions u without and c with the prompt, which
 * stand in this order in the batch.
 *
 * @param scale strength of the prompt, above 1
 * @param rescale what is done to the result
 * @param scalars the run's numbers
 */
record ClassifierFreeGuidance(double scale, GuidanceRescale rescale, HostScalars scalars) implements Guidance {
    @Override
    public List<PromptRole> prompts() {
        return List.of(PromptRole.NEGATIVE_PROMPT, PromptRole.PROMPT);
    }

    @Override
    public NDArray combine(NDArray modelOutput) {
        NDManager owner = modelOutput.getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDList parts = modelOutput.split(2);
            parts.attach(scope);
            NDArray unconditional = parts.get(0);
            NDArray conditional = parts.get(1);
            NDArray guided = unconditional.add(conditional.sub(unconditional).mul(scalars.of(scale)));
            NDArray result = rescale.apply(guided, conditional, scope);
            result.attach(owner);
            return result;
        }
    }

    @Override
    public Form form() {
        return new Rule(rescale.form());
    }

    @Override
    public List<Double> numbers() {
        return Stream.concat(Stream.of(scale), rescale.numbers().stream()).toList();
    }

    private record Rule(GuidanceRescale.Form rescale) implements Form {
        @Override
        public int count() {
            return 1 + rescale.count();
        }

        @Override
        public Node append(GraphBuilder b, Node modelOutput, Supplier<Node> numbers) {
            long images = modelOutput.type().size(0) / 2;
            Node unconditional = b.slice(modelOutput, 0, 0, images);
            Node conditional = b.slice(modelOutput, 0, images, 2 * images);
            Node guided = b.multiplyAdd(unconditional, b.subtract(conditional, unconditional), numbers.get());
            return rescale.append(b, guided, conditional, numbers);
        }
    }
}
