package org.diffusionjmh.source;

import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.ContractionOp;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.model.AutoencoderKL;
import org.diffusionjmh.model.AutoencoderKLConfig;
import org.diffusionjmh.model.CLIPTextModel;
import org.diffusionjmh.model.CLIPTextModelWithProjection;
import org.diffusionjmh.model.ClipTextConfig;
import org.diffusionjmh.model.ControlNetConfig;
import org.diffusionjmh.model.ControlNetModel;
import org.diffusionjmh.model.HiddenState;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.model.PixArtTransformer2DConfig;
import org.diffusionjmh.model.PixArtTransformer2DModel;
import org.diffusionjmh.model.T5Config;
import org.diffusionjmh.model.T5EncoderModel;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNet2DConditionModel;

/** The weights that a network's file has: all that some graph of it takes. */
public final class NetworkWeights {
    /** Any side that every network can halve as often as it does; weights do not depend on it. */
    private static final int SIDE = 64;

    private NetworkWeights() {}

    /**
     * Name and shape of every weight, sorted by name.
     *
     * @param className diffusers' or transformers' name of the network
     * @throws IllegalArgumentException if the class or its configuration is not supported
     */
    static Map<String, Shape> of(String className, ModelConfig config) {
        return weights(graphs(className, config).flatMap(graph -> graph.nodesOf(SourceOp.Weight.class).stream()));
    }

    /**
     * Name and shape of the weights that things are multiplied by, sorted by name: those of linear layers and convolutions.
     *
     * @throws IllegalArgumentException if the class or its configuration is not supported
     */
    public static Map<String, Shape> ofProducts(String className, ModelConfig config) {
        return weights(graphs(className, config)
                .flatMap(graph -> graph.nodesOf(ContractionOp.class).stream())
                .map(product -> product.inputs().get(1))
                .filter(weight -> weight.op() instanceof SourceOp.Weight));
    }

    private static Map<String, Shape> weights(Stream<Node> nodes) {
        Map<String, Shape> weights = new TreeMap<>();
        nodes.map(node -> (SourceOp.Weight) node.op())
                .forEach(weight -> weights.put(weight.key(), TensorTypes.shape(weight.type())));
        return weights;
    }

    private static Stream<Graph> graphs(String className, ModelConfig config) {
        // The last hidden state needs all layers and the final norm.
        HiddenState last = HiddenState.ofStableDiffusion(0);
        return switch (className) {
            case "UNet2DConditionModel" ->
                Stream.of(
                        new UNet2DConditionModel(UNet2DConditionConfig.of(config)).graph(1, SIDE, SIDE, 1, DType.FP32));
            case "ControlNetModel" ->
                Stream.of(new ControlNetModel(ControlNetConfig.of(config)).graph(1, SIDE, SIDE, 1, DType.FP32));
            case "AutoencoderKL" -> {
                AutoencoderKL vae = new AutoencoderKL(AutoencoderKLConfig.of(config));
                yield Stream.of(
                        vae.encoderGraph(1, SIDE, SIDE, DType.FP32), vae.decoderGraph(1, SIDE, SIDE, DType.FP32));
            }
            case "CLIPTextModel" -> Stream.of(new CLIPTextModel(ClipTextConfig.of(config)).graph(1, DType.FP32, last));
            case "CLIPTextModelWithProjection" ->
                Stream.of(new CLIPTextModelWithProjection(ClipTextConfig.of(config)).graph(1, DType.FP32, last));
            case "T5EncoderModel" -> Stream.of(new T5EncoderModel(T5Config.of(config)).graph(1, 1, DType.FP32));
            case "PixArtTransformer2DModel" ->
                Stream.of(new PixArtTransformer2DModel(PixArtTransformer2DConfig.of(config))
                        .graph(1, SIDE, SIDE, 1, DType.FP32));
            default -> throw new IllegalArgumentException("the weights of a " + className + " are not known");
        };
    }
}
