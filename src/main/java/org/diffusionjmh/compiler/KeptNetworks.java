package org.diffusionjmh.compiler;

import ai.djl.Device;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.diffusionjmh.cache.ArtifactFormat;
import org.diffusionjmh.cache.ArtifactKey;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.cache.Digest;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.graph.json.GraphJson;
import org.diffusionjmh.pass.DeviceAbilities;
import org.diffusionjmh.pass.Rewriting;
import org.diffusionjmh.pass.WeightFolding;
import org.diffusionjmh.torchscript.TorchScriptProgram;

/** What passes made of networks, and the programs of that, taken from where they are kept if they were made before. */
final class KeptNetworks {
    private static final GraphJson<Graph> PLAIN = new GraphJson<>(Graph.class);

    private final Artifacts artifacts;
    private final CompileEnvironment environment;
    private final Programs programs;
    private final String options;

    /**
     * @param programs take the programs of the rewritten parts
     * @param options all options that the rewriting depends on
     */
    KeptNetworks(Artifacts artifacts, CompileEnvironment environment, Programs programs, String options) {
        this.artifacts = artifacts;
        this.environment = environment;
        this.programs = programs;
        this.options = options;
    }

    /**
     * A rewritten network.
     *
     * @param programs of its {@link Rewriting#parts}
     */
    private record Rewritten(Rewriting rewriting, List<TorchScriptProgram> programs) {
        Rewritten {
            if (programs.size() != rewriting.parts().size()) {
                throw new IllegalArgumentException(
                        programs.size() + " programs of " + rewriting.parts().size() + " parts");
            }
        }
    }

    /**
     * What becomes of a graph.
     *
     * @param abilities what the device can do
     * @param passes rewrite it
     */
    Rewriting rewriting(Graph graph, Device device, DeviceAbilities abilities, Supplier<Rewriting> passes) {
        if (artifacts.isNone()) {
            return passes.get();
        }
        ArtifactKey key = key("network", graph, device, abilities);
        Rewritten rewritten = artifacts.get(key, new Format<>(Rewritten.class), () -> lowered(passes.get()));
        List<Graph> parts = rewritten.rewriting().parts();
        for (int i = 0; i < parts.size(); i++) {
            programs.put(parts.get(i), rewritten.programs().get(i));
        }
        return rewritten.rewriting();
    }

    private Rewritten lowered(Rewriting rewriting) {
        return new Rewritten(
                rewriting, rewriting.parts().stream().map(programs::lower).toList());
    }

    /**
     * What becomes of a network's weights.
     *
     * @param graph the network for some sizes
     * @param abilities what the device can do
     * @param passes rewrite the graph
     */
    WeightFolding folding(Graph graph, Device device, DeviceAbilities abilities, Supplier<WeightFolding> passes) {
        return artifacts.isNone()
                ? passes.get()
                : artifacts.get(key("weights", graph, device, abilities), new Format<>(WeightFolding.class), passes);
    }

    private ArtifactKey key(String kind, Graph graph, Device device, DeviceAbilities abilities) {
        Map<String, String> fields = new HashMap<>(environment.on(device));
        fields.put(ArtifactKey.NAME, graph.name());
        fields.put(
                "inputs", graph.inputTypes().stream().map(TensorType::toString).collect(Collectors.joining(", ")));
        fields.put("graph", Digest.of(PLAIN.write(graph).getBytes(StandardCharsets.UTF_8)));
        fields.put("options", options);
        fields.put("abilities", abilities.toString());
        return new ArtifactKey(kind, fields);
    }

    /** A record over graphs as the content of an entry. */
    private record Format<T>(GraphJson<T> json) implements ArtifactFormat<T> {
        Format(Class<T> type) {
            this(new GraphJson<>(type));
        }

        @Override
        public byte[] write(T thing) {
            return json.write(thing).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public T read(byte[] content) {
            return json.read(new String(content, StandardCharsets.UTF_8));
        }
    }
}
