package org.diffusionjmh.pipeline;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.diffusionjmh.lora.Lora;
import org.diffusionjmh.lora.LoraNetworks;
import org.diffusionjmh.lora.LoraSet;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.NetworkWeights;

/** The LoRAs that are fused into a pipeline's weights. */
final class FusedLoras implements AutoCloseable {
    private static final String UNET = "unet";
    private static final List<String> NETWORKS = List.of(UNET, "text_encoder", "text_encoder_2");

    private final ModelFiles files;
    private final List<ResidentWeights> weights;

    private Optional<LoraNetworks> networks = Optional.empty();
    private LoraSet inForce = LoraSet.empty();

    /**
     * @param files the model
     * @param weights those of its networks
     */
    FusedLoras(ModelFiles files, List<ResidentWeights> weights) {
        this.files = files;
        this.weights = weights;
    }

    List<Lora> inForce() {
        return inForce.loras();
    }

    /**
     * Reads LoRAs and checks that they fit the model. Changes nothing yet.
     *
     * @throws IOException if a file cannot be read
     * @throws IllegalArgumentException if a file is no LoRA or does not fit the model
     */
    LoraSet open(List<Lora> loras) throws IOException {
        if (loras.isEmpty()) {
            return LoraSet.empty();
        }
        if (networks.isEmpty()) {
            networks = Optional.of(readNetworks());
        }
        return LoraSet.open(loras, networks.get());
    }

    private LoraNetworks readNetworks() throws IOException {
        if (!files.components().contains(UNET)) {
            throw new IllegalArgumentException(files.description() + ": takes no LoRA; only models with a U-Net do");
        }
        Map<String, Map<String, Shape>> products = new TreeMap<>();
        for (String network : NETWORKS) {
            if (files.components().contains(network)) {
                String className = files.index().getAsJsonArray(network).get(1).getAsString();
                products.put(network, NetworkWeights.ofProducts(className, files.config(network)));
            }
        }
        return new LoraNetworks(products);
    }

    /**
     * Fuses LoRAs in place of those in force.
     *
     * @param loras from {@link #open}; closed with this, or here if they cannot be fused
     */
    void replaceBy(LoraSet loras) {
        try {
            fuse(loras);
        } catch (RuntimeException | Error e) {
            fuse(inForce);
            loras.close();
            throw e;
        }
        inForce.close();
        inForce = loras;
    }

    private void fuse(LoraSet loras) {
        weights.forEach(network -> network.fuse(loras.updates(network.component())));
    }

    /** Closes the files. The weights, which are made from them, are closed before. */
    @Override
    public void close() {
        inForce.close();
    }
}
