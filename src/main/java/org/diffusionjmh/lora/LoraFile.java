package org.diffusionjmh.lora;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.diffusionjmh.lora.LoraKey.Part;
import org.diffusionjmh.weights.Dtype;
import org.diffusionjmh.weights.SafetensorsFile;
import org.diffusionjmh.weights.TensorInfo;

/** A LoRA file, open and in itself consistent; what it fits is another question. */
public final class LoraFile implements AutoCloseable {
    private static final Set<Dtype> TYPES =
            Set.of(Dtype.F64, Dtype.F32, Dtype.F16, Dtype.BF16, Dtype.F8_E4M3, Dtype.F8_E5M2);

    private final SafetensorsFile tensors;
    private final LoraMetadata metadata;
    private final List<LoraLayer> layers = new ArrayList<>();

    private LoraFile(SafetensorsFile tensors) {
        this.tensors = tensors;
        this.metadata = metadata(tensors);
    }

    /** Which layer of which network a tensor is for. */
    private record Owner(String component, String layer) {}

    /**
     * Opens a file.
     *
     * @throws IOException if it is no safetensors file or cannot be read
     * @throws IllegalArgumentException if it is no LoRA, is of a kind that is not supported, or contradicts itself; the message names the
     *     file and the tensor
     */
    public static LoraFile open(Path path) throws IOException {
        SafetensorsFile tensors = SafetensorsFile.open(path);
        try {
            LoraFile file = new LoraFile(tensors);
            file.readLayers();
            return file;
        } catch (RuntimeException e) {
            tensors.close();
            throw e;
        }
    }

    private static LoraMetadata metadata(SafetensorsFile tensors) {
        try {
            return LoraMetadata.of(tensors.metadata());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(tensors.path() + ": " + e.getMessage(), e);
        }
    }

    private void readLayers() {
        Map<Owner, Map<Part, String>> owners = new LinkedHashMap<>();
        for (String name : tensors.names()) {
            LoraKey key = key(name);
            String other = owners.computeIfAbsent(
                            new Owner(key.component(), key.layer()), owner -> new EnumMap<>(Part.class))
                    .put(key.part(), name);
            if (other != null) {
                throw wrong(name, "is the same part of the same layer as '" + other + "'");
            }
        }
        if (owners.isEmpty()) {
            throw new IllegalArgumentException(tensors.path() + ": has no tensors; is this a LoRA file?");
        }
        owners.forEach((owner, parts) -> layers.add(layer(owner, parts)));
    }

    private LoraKey key(String name) {
        try {
            return LoraKey.of(name);
        } catch (IllegalArgumentException e) {
            throw wrong(name, e.getMessage(), e);
        }
    }

    private LoraLayer layer(Owner owner, Map<Part, String> parts) {
        String down = parts.get(Part.DOWN);
        String up = parts.get(Part.UP);
        if (down == null || up == null) {
            throw wrong(
                    parts.values().iterator().next(),
                    "has no counterpart; want a layer's down (lora_A) and up (lora_B). An interrupted download?");
        }
        TensorInfo downInfo = matrix(down);
        TensorInfo upInfo = matrix(up);
        long rank = downInfo.shape().get(0);
        if (upInfo.shape().get(1) != rank) {
            throw wrong(up, "is " + upInfo + ", want [out, " + rank + "], since '" + down + "' is " + downInfo);
        }
        double factor = Optional.ofNullable(parts.get(Part.ALPHA))
                .map(alpha -> alpha(alpha) / rank)
                .orElseGet(() -> factor(owner, down, rank));
        return new LoraLayer(owner.component(), owner.layer(), new LowRankUpdate(tensors, down, up, rank, factor));
    }

    private TensorInfo matrix(String name) {
        TensorInfo info = tensors.info(name);
        boolean matrix = info.shape().dimension() == 2 || info.shape().dimension() == 4;
        if (!matrix || info.shape().size() == 0 || !TYPES.contains(info.dtype())) {
            throw wrong(name, "is " + info + ", want a matrix, or a convolution's kernel, of floating point numbers");
        }
        return info;
    }

    /** As the header says; else 1: without alpha, alpha is the rank. */
    private double factor(Owner owner, String down, long rank) {
        try {
            return metadata.factor(owner.component(), owner.layer(), rank).orElse(1);
        } catch (IllegalArgumentException e) {
            throw wrong(down, e.getMessage(), e);
        }
    }

    private double alpha(String name) {
        TensorInfo info = tensors.info(name);
        if (info.shape().size() != 1 || info.dtype().scalarType().isEmpty()) {
            throw wrong(name, "is " + info + ", want one number");
        }
        try (NDManager host = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                NDArray value = tensors.load(name, new Shape(1), host, DataType.FLOAT32)) {
            float alpha = value.getFloat(0);
            if (!Float.isFinite(alpha)) {
                throw wrong(name, "is " + alpha + ", want a finite number");
            }
            return alpha;
        }
    }

    /**
     * What the file adds to a model's weights.
     *
     * @return by network and weight
     * @throws IllegalArgumentException if the model lacks a network or a layer, or a layer has another shape; the message names the file,
     *     the tensor and the shape that is wanted
     */
    Map<String, Map<String, LowRankUpdate>> updates(LoraNetworks networks) {
        Map<String, Map<String, LowRankUpdate>> updates = new TreeMap<>();
        for (LoraLayer layer : layers) {
            String down = layer.update().down();
            String weight = networks.weight(layer.component(), layer.name())
                    .orElseThrow(() -> wrong(down, networks.missing(layer.component(), layer.name())));
            checkShapes(layer.update(), weight, networks.shape(layer.component(), weight));
            LowRankUpdate other = updates.computeIfAbsent(layer.component(), component -> new TreeMap<>())
                    .put(weight, layer.update());
            if (other != null) {
                throw wrong(down, "is for the same weight as '" + other.down() + "': " + weight);
            }
        }
        return updates;
    }

    private void checkShapes(LowRankUpdate update, String weight, Shape shape) {
        long[] down = shape.getShape().clone();
        down[0] = update.rank();
        requireShape(new Shape(down), update.down(), weight, shape);
        requireShape(new Shape(shape.get(0), update.rank()), update.up(), weight, shape);
    }

    private void requireShape(Shape wanted, String name, String weight, Shape shape) {
        TensorInfo found = tensors.info(name);
        if (!withoutKernelOfOne(found.shape()).equals(withoutKernelOfOne(wanted))) {
            throw wrong(
                    name,
                    "is " + found + ", want " + new TensorInfo(found.dtype(), wanted) + ", since the model's '" + weight
                            + "' is " + shape + "; a LoRA for another model?");
        }
    }

    private static Shape withoutKernelOfOne(Shape shape) {
        boolean one = shape.dimension() == 4 && shape.get(2) == 1 && shape.get(3) == 1;
        return one ? shape.slice(0, 2) : shape;
    }

    private IllegalArgumentException wrong(String name, String reason) {
        return new IllegalArgumentException(tensors.path() + ": tensor '" + name + "' " + reason);
    }

    private IllegalArgumentException wrong(String name, String reason, Exception cause) {
        return new IllegalArgumentException(tensors.path() + ": tensor '" + name + "' " + reason, cause);
    }

    @Override
    public void close() {
        tensors.close();
    }
}
