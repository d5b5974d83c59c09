package org.diffusionjmh.lora;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** LoRAs that fit a model, each with its scale, and their files open. */
public final class LoraSet implements AutoCloseable {
    private final List<Lora> loras = new ArrayList<>();
    private final List<LoraFile> files = new ArrayList<>();
    private final Map<String, Map<String, List<LowRankUpdate>>> updates = new LinkedHashMap<>();

    private LoraSet() {}

    /** No LoRAs. */
    public static LoraSet empty() {
        return new LoraSet();
    }

    /**
     * Opens LoRAs and checks all of them.
     *
     * @param networks the model's
     * @throws IOException if a file is no safetensors file or cannot be read
     * @throws IllegalArgumentException if a file is no LoRA, is of a kind that is not supported, or does not fit the model; the message
     *     names file, tensor and what was wanted
     */
    public static LoraSet open(List<Lora> loras, LoraNetworks networks) throws IOException {
        LoraSet set = new LoraSet();
        try {
            for (Lora lora : loras) {
                set.add(lora, networks);
            }
            return set;
        } catch (IOException | RuntimeException e) {
            set.close();
            throw e;
        }
    }

    private void add(Lora lora, LoraNetworks networks) throws IOException {
        LoraFile file = LoraFile.open(lora.file());
        files.add(file);
        loras.add(lora);
        file.updates(networks)
                .forEach((network, ofWeights) -> ofWeights.forEach(
                        (weight, update) -> updates.computeIfAbsent(network, key -> new LinkedHashMap<>())
                                .computeIfAbsent(weight, key -> new ArrayList<>())
                                .add(update.times(lora.scale()))));
    }

    /** The LoRAs in their order. */
    public List<Lora> loras() {
        return List.copyOf(loras);
    }

    /** What they add to the weights of a network, by weight, in their order. */
    public Map<String, List<LowRankUpdate>> updates(String network) {
        return updates.getOrDefault(network, Map.of());
    }

    /** Closes the files: the updates must not be used any more. */
    @Override
    public void close() {
        files.forEach(LoraFile::close);
    }
}
