package org.diffusionjmh.lora;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.NetworkWeights;
import org.diffusionjmh.testing.TensorFile;

/** LoRAs of random numbers for every layer of a model, as PEFT writes them. */
public final class RandomLora {
    private static final Map<String, String> NETWORKS = Map.of(
            "unet", "UNet2DConditionModel",
            "text_encoder", "CLIPTextModel",
            "text_encoder_2", "CLIPTextModelWithProjection");

    private RandomLora() {}

    /** The layers of all networks of a model that LoRAs are made for. */
    public static Map<String, Map<String, Shape>> layers(ModelFiles model) throws IOException {
        Map<String, Map<String, Shape>> layers = new TreeMap<>();
        for (Map.Entry<String, String> network : NETWORKS.entrySet()) {
            if (model.components().contains(network.getKey())) {
                layers.put(
                        network.getKey(),
                        NetworkWeights.ofProducts(network.getValue(), model.config(network.getKey())));
            }
        }
        return layers;
    }

    /** A file for all these layers, of visible effect. */
    public static TensorFile of(Map<String, Map<String, Shape>> layers, long seed, int rank) {
        Random random = new Random(seed);
        TensorFile file = new TensorFile();
        layers.forEach((network, weights) -> weights.forEach((weight, shape) -> {
            String layer = network + "." + weight.substring(0, weight.lastIndexOf('.'));
            long[] down = shape.getShape().clone();
            down[0] = rank;
            long[] up =
                    shape.dimension() == 2 ? new long[] {shape.get(0), rank} : new long[] {shape.get(0), rank, 1, 1};
            double fanIn = (double) shape.size() / shape.get(0);
            file.random(layer + ".lora_A.weight", random, 1 / Math.sqrt(fanIn), down);
            file.random(layer + ".lora_B.weight", random, 0.2 / Math.sqrt(rank), up);
        }));
        return file;
    }
}
