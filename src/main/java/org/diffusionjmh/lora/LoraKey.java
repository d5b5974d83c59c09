package org.diffusionjmh.lora;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a tensor in a LoRA file, taken apart. The formats spell the same three things differently:
 *
 * <ul>
 *   <li>PEFT: {@code unet.mid_block.attentions.0.proj_in.lora_A.weight}
 *   <li>diffusers: {@code unet.mid_block.attentions.0.proj_in.lora.down.weight}; text encoders: {@code
 *       text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_linear_layer.down.weight}
 *   <li>diffusers before 0.22: {@code unet.[...].attn1.processor.to_q_lora.down.weight}, in the oldest files without {@code unet.}
 *   <li>kohya: {@code lora_unet_mid_block_attentions_0_proj_in.lora_down.weight}; text encoders: {@code lora_te_}, {@code lora_te1_},
 *       {@code lora_te2_}
 * </ul>
 *
 * @param component the network, as diffusers names it in pipelines
 * @param layer the layer as the file names it, without the network
 * @param part what of the layer's LoRA it is
 */
record LoraKey(String component, String layer, Part part) {
    /** The tensors of one layer. */
    enum Part {
        /** A: to the rank's few features. */
        DOWN("\\.lora_A(?:\\.[^.]+)?\\.weight|\\.lora_down\\.weight|(?:[._]lora|\\.lora_linear_layer)\\.down\\.weight"),
        /** B: from there to the layer's. */
        UP("\\.lora_B(?:\\.[^.]+)?\\.weight|\\.lora_up\\.weight|(?:[._]lora|\\.lora_linear_layer)\\.up\\.weight"),
        /** Over the rank, a factor of their product. */
        ALPHA("(?:[._]lora|\\.lora_linear_layer)?\\.alpha");

        private final Pattern name;

        Part(String suffix) {
            name = Pattern.compile("(.+?)(?:" + suffix + ")");
        }
    }

    /** What stands for a network at the front of a name. */
    private static final List<Map.Entry<String, String>> COMPONENTS = List.of(
            Map.entry("unet.", "unet"),
            Map.entry("text_encoder.", "text_encoder"),
            Map.entry("text_encoder_2.", "text_encoder_2"),
            Map.entry("lora_unet_", "unet"),
            Map.entry("lora_te_", "text_encoder"),
            Map.entry("lora_te1_", "text_encoder"),
            Map.entry("lora_te2_", "text_encoder_2"));

    /** Tensors of other methods, which the same tools write into the same kind of file. */
    private static final Map<Pattern, String> OTHERS = Map.of(
            Pattern.compile("\\.(?:dora_scale|lora_magnitude_vector(?:\\..+)?)$"),
            "DoRA",
            Pattern.compile("\\.(?:lora_mid|cp_mid)\\.weight$"),
            "a LoCon in Tucker decomposition",
            Pattern.compile("\\.hada_[^.]+$"),
            "LoHa",
            Pattern.compile("\\.lokr_[^.]+$"),
            "LoKr",
            Pattern.compile("\\.(?:oft_[^.]+|boft_[^.]+)(?:\\..+)?$"),
            "OFT",
            Pattern.compile("\\.diff(?:_b)?$"),
            "full differences of weights",
            Pattern.compile("\\.(?:lora_B(?:\\.[^.]+)?|lora_up|lora\\.up|lora_linear_layer\\.up)\\.bias$"),
            "LoRA with biases",
            Pattern.compile("\\.lora_embedding_[AB](?:\\..+)?$"),
            "LoRA of embeddings",
            Pattern.compile("^bundle_emb\\."),
            "textual inversion");

    /**
     * Takes a name apart.
     *
     * @throws IllegalArgumentException if it is none of a LoRA's; says what it is instead
     */
    static LoraKey of(String name) {
        for (Map.Entry<Pattern, String> other : OTHERS.entrySet()) {
            if (other.getKey().matcher(name).find()) {
                throw new IllegalArgumentException("is of " + other.getValue()
                        + ", which is not supported; want plain LoRA: lora_A or lora_down, lora_B or lora_up, alpha");
            }
        }
        for (Part part : Part.values()) {
            Matcher matcher = part.name.matcher(name);
            if (matcher.matches()) {
                return of(matcher.group(1), part);
            }
        }
        throw new IllegalArgumentException("is no name of a LoRA's tensor, such as LAYER.lora_A.weight of PEFT,"
                + " LAYER.lora.down.weight of diffusers or LAYER.lora_down.weight of kohya; is this a LoRA file?");
    }

    private static LoraKey of(String owner, Part part) {
        Optional<Map.Entry<String, String>> named = COMPONENTS.stream()
                .filter(component -> owner.startsWith(component.getKey()) && !owner.equals(component.getKey()))
                .findFirst();
        String component = named.map(Map.Entry::getValue).orElse("unet");
        String layer =
                named.map(prefix -> owner.substring(prefix.getKey().length())).orElse(owner);
        return new LoraKey(component, layer.replace(".processor.", "."), part);
    }
}
