package org.diffusionjmh.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;

/** Makes the modules of a pipeline's components; modules of one component share its weights. */
final class ComponentModules {
    private final ModelFiles files;
    private final Compiler compiler;
    private final TorchSession session;
    private final Map<String, ResidentWeights> weights = new LinkedHashMap<>();

    ComponentModules(ModelFiles files, Compiler compiler, TorchSession session) {
        this.files = files;
        this.compiler = compiler;
        this.session = session;
    }

    /**
     * Modules of a component.
     *
     * @param example any sizes: the weights of their graph are loaded now, modules are compiled later
     */
    <S extends Record> ShapedModules<S> of(String component, S example, Function<S, Graph> graphs) throws IOException {
        ResidentWeights resident = weights.get(component);
        if (resident == null) {
            resident = new ResidentWeights(component, files.weights(component), session.manager());
            weights.put(component, resident);
        }
        compiler.load(graphs.apply(example), resident, session.manager());
        return resident.modules(graphs, compiler);
    }

    /**
     * The steps around a component that {@link #of} was called for, if the compiler takes whole steps.
     *
     * @param networks the component's graph
     */
    <N extends Record> Optional<StepModules<N>> wholeSteps(String component, Function<N, Graph> networks) {
        if (!compiler.takesWholeSteps()) {
            return Optional.empty();
        }
        Function<StepModules.WholeStep<N>, Graph> graphs = step -> step.form().around(networks.apply(step.network()));
        return Optional.of(new StepModules<>(weights.get(component).modules(graphs, compiler)));
    }

    /** The weights that modules were made of; to be closed after these. */
    List<ResidentWeights> weights() {
        return new ArrayList<>(weights.values());
    }
}
