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
 * Guidance by a text and a picture (Brooks et al. 2023, section 3.2.1): {@code u + scale (t - i) + imageScale (i - u)} for the
 * predictions t with both, i with the picture only and u with neither, which stand in this order in the batch.
 *
 * @param scale strength of the text, above 1
 * @param imageScale how much the result resembles the picture, at least 1
 * @param rescale what is done to the result
 * @param scalars the run's numbers
 */
record ImageTextGuidance(double scale, double imageScale, GuidanceRescale rescale, HostScalars scalars)
        implements Guidance {
    @Override
    public List<PromptRole> prompts() {
        return List.of(PromptRole.PROMPT, PromptRole.NEGATIVE_PROMPT, PromptRole.NEGATIVE_PROMPT);
    }

    @Override
    public NDArray combine(NDArray modelOutput) {
        NDManager owner = modelOutput.getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDList parts = modelOutput.split(3);
            parts.attach(scope);
            NDArray text = parts.get(0);
            NDArray image = parts.get(1);
            NDArray neither = parts.get(2);
            NDArray guided = neither.add(text.sub(image).mul(scalars.of(scale)))
                    .add(image.sub(neither).mul(scalars.of(imageScale)));
            NDArray result = rescale.apply(guided, text, scope);
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
        return Stream.concat(Stream.of(scale, imageScale), rescale.numbers().stream())
                .toList();
    }

    private record Rule(GuidanceRescale.Form rescale) implements Form {
        @Override
        public int count() {
            return 2 + rescale.count();
        }

        @Override
        public Node append(GraphBuilder b, Node modelOutput, Supplier<Node> numbers) {
            long images = modelOutput.type().size(0) / 3;
            Node text = b.slice(modelOutput, 0, 0, images);
            Node image = b.slice(modelOutput, 0, images, 2 * images);
            Node neither = b.slice(modelOutput, 0, 2 * images, 3 * images);
            Node withText = b.multiplyAdd(neither, b.subtract(text, image), numbers.get());
            Node guided = b.multiplyAdd(withText, b.subtract(image, neither), numbers.get());
            return rescale.append(b, guided, text, numbers);
        }
    }
}
