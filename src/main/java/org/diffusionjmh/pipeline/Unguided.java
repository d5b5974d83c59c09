package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.function.Supplier;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;

/** One prediction, taken as it is. */
record Unguided() implements Guidance {
    @Override
    public List<PromptRole> prompts() {
        return List.of(PromptRole.PROMPT);
    }

    @Override
    public NDArray combine(NDArray modelOutput) {
        return modelOutput.reshape(modelOutput.getShape());
    }

    @Override
    public Form form() {
        return new Rule();
    }

    @Override
    public List<Double> numbers() {
        return List.of();
    }

    private record Rule() implements Form {
        @Override
        public int count() {
            return 0;
        }

        @Override
        public Node append(GraphBuilder b, Node modelOutput, Supplier<Node> numbers) {
            return modelOutput;
        }
    }
}
