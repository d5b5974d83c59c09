package org.diffusionjmh.source;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.tokenizer.T5Tokenizer;

/**
 * A model with ControlNets beside it. They are its components {@code controlnet}, {@code controlnet_1} and so on, as in a pipeline that
 * diffusers saves; what the model has under these names itself is not seen.
 */
public final class FilesWithControlNets implements ModelFiles {
    private final ModelFiles model;
    private final List<ControlNetFiles> controlNets;

    /**
     * @param model closed with this
     * @param controlNets closed with this
     */
    public FilesWithControlNets(ModelFiles model, List<ControlNetFiles> controlNets) {
        this.model = model;
        this.controlNets = List.copyOf(controlNets);
    }

    /** The names of the ControlNets' components, in their order. */
    public List<String> controlNetComponents() {
        return IntStream.range(0, controlNets.size())
                .mapToObj(i -> i == 0 ? "controlnet" : "controlnet_" + i)
                .toList();
    }

    /** What the user calls a component's ControlNet. */
    public String nameOf(String component) {
        return controlNet(component).orElseThrow().name();
    }

    /** The model's with the ControlNets' names; made up as soon as one of them is. */
    @Override
    public ModelDescription description() {
        ModelDescription plain = model.description();
        String names = Stream.concat(
                        Stream.of(plain.model()), controlNets.stream().map(ControlNetFiles::name))
                .collect(Collectors.joining(" + "));
        Optional<Scale> madeUp = controlNets.stream()
                .flatMap(net -> net.madeUp().stream())
                .findFirst()
                .filter(scale -> !plain.syntheticWeights());
        return new ModelDescription(
                names,
                plain.pipelineClass()
                        .replaceFirst("(StableDiffusion|StableDiffusionXL)Pipeline", "$1ControlNetPipeline"),
                plain.syntheticWeights() || madeUp.isPresent(),
                madeUp.map(Scale::id).orElse(plain.scale()));
    }

    @Override
    public JsonObject index() {
        return model.index();
    }

    @Override
    public Set<String> components() {
        Set<String> components = new TreeSet<>(model.components());
        components.addAll(controlNetComponents());
        return components;
    }

    @Override
    public ModelConfig config(String component) throws IOException {
        Optional<ControlNetFiles> net = controlNet(component);
        return net.isPresent() ? net.get().config() : model.config(component);
    }

    @Override
    public JsonObject schedulerConfig() throws IOException {
        return model.schedulerConfig();
    }

    @Override
    public Weights weights(String component) throws IOException {
        Optional<ControlNetFiles> net = controlNet(component);
        return net.isPresent() ? net.get().weights() : model.weights(component);
    }

    @Override
    public ClipTokenizer tokenizer(String component) throws IOException {
        return model.tokenizer(component);
    }

    @Override
    public T5Tokenizer t5Tokenizer(String component) throws IOException {
        return model.t5Tokenizer(component);
    }

    private Optional<ControlNetFiles> controlNet(String component) {
        int index = controlNetComponents().indexOf(component);
        return index < 0 ? Optional.empty() : Optional.of(controlNets.get(index));
    }

    @Override
    public void close() {
        controlNets.forEach(ControlNetFiles::close);
        model.close();
    }
}
