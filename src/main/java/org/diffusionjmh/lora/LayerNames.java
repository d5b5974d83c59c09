package org.diffusionjmh.lora;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * By which names LoRA files call the layers of a network. kohya writes underscores for the dots of a name, so all names are compared in
 * that form.
 */
final class LayerNames {
    private static final String WEIGHT = ".weight";
    private static final String TEXT_MODEL = "text_model.";

    private final Map<String, String> weights = new HashMap<>();

    /**
     * @param weights the weights of the network's layers, all named {@code LAYER.weight}
     */
    LayerNames(Set<String> weights) {
        OriginalUNetNames original = new OriginalUNetNames(weights);
        for (String weight : weights) {
            String layer = weight.substring(0, weight.length() - WEIGHT.length());
            add(layer, weight);
            original.of(layer).ifPresent(name -> add(name, weight));
            if (layer.endsWith(".to_out.0")) {
                add(layer.substring(0, layer.length() - ".0".length()), weight); // diffusers before 0.22
            }
            if (layer.startsWith(TEXT_MODEL)) {
                addTextModel(layer, weight);
            }
        }
    }

    private void addTextModel(String layer, String weight) {
        String processor = layer.replaceAll("\\.self_attn\\.([qkv]|out)_proj$", ".self_attn.to_$1");
        for (String name : List.of(layer, processor)) { // the second is of diffusers before 0.22
            add(name, weight);
            add(name.substring(TEXT_MODEL.length()), weight); // transformers from 5.0 on
        }
    }

    private void add(String name, String weight) {
        String other = weights.put(underscored(name), weight);
        if (other != null && !other.equals(weight)) {
            throw new IllegalStateException("'" + name + "' could be " + other + " and " + weight);
        }
    }

    /** The weight of a layer; empty if the network has no such layer. */
    Optional<String> weight(String layer) {
        return Optional.ofNullable(weights.get(underscored(layer)));
    }

    private static String underscored(String name) {
        return name.replace('.', '_');
    }
}
