package org.diffusionjmh.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.SourceOp.Pace;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.scheduler.NoiseDraw;
import org.diffusionjmh.scheduler.Register;

/**
 * Builds the graph of a denoising step around a network's; see {@link StepForm#around}. Outside the network tensors are [images, channels,
 * pixels], so that passes that lay out feature maps leave them alone, and arithmetic is in float32.
 */
final class StepGraph {
    private final StepForm form;
    private final Graph network;
    private final GraphBuilder b;
    private final TensorType sample;
    private final TensorType latent;
    private final List<Node> inputs = new ArrayList<>();

    private Node schedule;
    private int numbers;

    StepGraph(StepForm form, Graph network) {
        this.form = form;
        this.network = network;
        this.sample = network.inputs().get(0).type();
        this.b = new GraphBuilder(network.name(), sample.dtype());
        long channels = form.image() ? sample.size(1) / 2 : sample.size(1);
        this.latent = sample.withSize(0, sample.size(0) / form.predictions()).withSize(1, channels);
    }

    Graph build() {
        Node latents = flat(input("latents", latent, Pace.CALL));
        schedule = input("schedule", TensorType.of(DType.FP32, form.count()), Pace.SCHEDULED);
        Map<Register, Node> registers = registers(latents);
        Node timestep = number();
        Node modelInput = modelInput(latents, registers.get(Register.SAMPLE));
        inputs.addAll(network.inputs().subList(2, network.inputs().size()));
        Map<Node, Node> arguments = new HashMap<>(
                Map.of(network.inputs().get(0), modelInput, network.inputs().get(1), timestep));
        if (!form.zeroText().isEmpty()) {
            Node text = network.inputs().get(2);
            arguments.put(text, withZeros(text));
        }
        Map<String, Node> results = new LinkedHashMap<>(network.outputs(node -> arguments.getOrDefault(node, node)));
        Node modelOutput = flat(results.remove("sample"));

        // The conversion stands there for float32 too: a pass that computes the network in a shorter type ends its work
        // at it.
        Node predictions = b.apply(new PointwiseOp.Cast(DType.FP32), modelOutput);
        Node guided = form.guidance().append(b, predictions, this::number);
        registers.put(Register.MODEL_OUTPUT, guided);
        Map<Register, Node> after = form.program().append(b, registers, this::number);

        Map<String, Node> outputs = new LinkedHashMap<>();
        outputs.put("latents", map(after.get(Register.SAMPLE)));
        outputs.put("model_output", map(modelOutput));
        outputs.put("guided", map(guided));
        if (!form.inputGiven()) {
            outputs.put("model_input", modelInput);
        }
        form.program().kept().forEach(register -> outputs.put(register.toString(), after.get(register)));
        outputs.putAll(results);
        return new Graph(network.name(), inputs, outputs);
    }

    /** The registers as the step finds them. */
    private Map<Register, Node> registers(Node latents) {
        Map<Register, Node> registers = new HashMap<>();
        registers.put(Register.SAMPLE, b.cast(latents, DType.FP32));
        NoiseDraw draw = form.program().noise();
        if (draw != NoiseDraw.NONE) {
            TensorType type = draw == NoiseDraw.FLOAT32 ? latent.withDType(DType.FP32) : latent;
            registers.put(Register.NOISE, b.cast(flat(input("noise", type, Pace.CALL)), DType.FP32));
        }
        for (Register register : form.program().kept()) {
            TensorType type = latents.type().withDType(DType.FP32);
            registers.put(register, input(register.toString(), type, Pace.CALL));
        }
        return registers;
    }

    /** The network's sample, from the latents as they are and in float32. */
    private Node modelInput(Node latents, Node wide) {
        Node scaled = form.inputGiven() ? flat(input("sample", latent, Pace.CALL)) : scaled(latents, wide);
        Node batch = form.predictions() == 1
                ? scaled
                : b.concat(0, Collections.nCopies(form.predictions(), scaled).toArray(Node[]::new));
        if (form.image()) {
            batch = b.concat(1, batch, imageLatents());
        }
        return map(batch);
    }

    private Node scaled(Node latents, Node wide) {
        return form.scalesInput() ? b.cast(b.multiply(wide, number()), sample.dtype()) : latents;
    }

    /** Those that each prediction sees. Equal ones are the same rows of an input, so that passes see it. */
    private Node imageLatents() {
        long images = latent.size(0);
        long blocks = form.seen().stream().distinct().count();
        Node given = flat(input("image_latents", latent.withSize(0, blocks * images), Pace.RUN));
        return form.seen().size() == 1
                ? given
                : b.concat(
                        0,
                        form.seen().stream().map(index -> block(given, index)).toArray(Node[]::new));
    }

    /** Text embeddings that a pass sees are zeros where they are. */
    private Node withZeros(Node text) {
        Node zero = b.cast(b.constant(List.of(0f), 1, 1, 1), b.dtype());
        Node zeros = b.apply(new Expand(text.type().withSize(0, latent.size(0)).shape()), zero);
        return b.concat(
                0,
                IntStream.range(0, form.predictions())
                        .mapToObj(index -> form.zeroText().contains(index) ? zeros : block(text, index))
                        .toArray(Node[]::new));
    }

    /** The rows of all images for one prediction, or for one of the different pictures. */
    private Node block(Node batch, int index) {
        long images = latent.size(0);
        return b.slice(batch, 0, index * images, (index + 1) * images);
    }

    private Node input(String label, TensorType type, Pace pace) {
        Node node = b.apply(new SourceOp.Input(label, type, pace));
        inputs.add(node);
        return node;
    }

    /** The next number of the step, FP32 [1]. */
    private Node number() {
        Node number = b.slice(schedule, 0, numbers, numbers + 1L);
        numbers++;
        return number;
    }

    private Node flat(Node map) {
        return b.reshape(map, map.type().size(0), map.type().size(1), sample.size(2) * sample.size(3));
    }

    /** A result of the step: a feature map in the network's type. */
    private Node map(Node flat) {
        TensorType type = flat.type();
        return b.reshape(b.cast(flat, sample.dtype()), type.size(0), type.size(1), sample.size(2), sample.size(3));
    }
}
