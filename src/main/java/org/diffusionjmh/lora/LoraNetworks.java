package org.diffusionjmh.lora;

import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The networks of a model that LoRAs can be fused into. */
public final class LoraNetworks {
    private final Map<String, Map<String, Shape>> weights;
    private final Map<String, LayerNames> names = new TreeMap<>();

    /**
     * @param weights name and shape of the weight of every linear layer and convolution, by network; networks have the names of diffusers'
     *     pipelines: {@code unet}, {@code text_encoder}, {@code text_encoder_2}
     */
    public LoraNetworks(Map<String, Map<String, Shape>> weights) {
        this.weights = new TreeMap<>(weights);
        weights.forEach((network, shapes) -> names.put(network, new LayerNames(shapes.keySet())));
    }

    /** The weight of a layer that a LoRA file names; empty if the model has none. */
    Optional<String> weight(String network, String layer) {
        return Optional.ofNullable(names.get(network)).flatMap(known -> known.weight(layer));
    }

    Shape shape(String network, String weight) {
        return weights.get(network).get(weight);
    }

    /** What to say of a layer that the model does not have. */
    String missing(String network, String layer) {
        String reason = weights.containsKey(network)
                ? "is for the layer '" + layer + "' that this model's " + network + " does not have"
                : "is for the network " + network + " that this model does not have; it has " + weights.keySet();
        return reason + "; a LoRA for another model?";
    }
}
