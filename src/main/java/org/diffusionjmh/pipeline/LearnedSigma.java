package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;
import java.util.function.Supplier;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;

/**
 * Guidance of a denoiser that predicts the noise's variance as well (Nichol and Dhariwal 2021), in the second half of its channels, which
 * no sampler here takes.
 *
 * @param guidance of all channels
 */
record LearnedSigma(Guidance guidance) implements Guidance {
    @Override
    public List<PromptRole> prompts() {
        return guidance.prompts();
    }

    @Override
    public NDArray combine(NDArray modelOutput) {
        try (NDArray both = guidance.combine(modelOutput)) {
            NDList halves = both.split(2, 1);
            halves.get(1).close();
            return halves.get(0);
        }
    }

    @Override
    public Form form() {
        return new Rule(guidance.form());
    }

    @Override
    public List<Double> numbers() {
        return guidance.numbers();
    }

    private record Rule(Form guidance) implements Form {
        @Override
        public int count() {
            return guidance.count();
        }

        @Override
        public Node append(GraphBuilder b, Node modelOutput, Supplier<Node> numbers) {
            Node both = guidance.append(b, modelOutput, numbers);
            return b.slice(both, 1, 0, both.type().size(1) / 2);
        }
    }
}
