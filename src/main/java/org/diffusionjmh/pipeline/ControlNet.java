package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.model.ControlNetConfig;

/** A ControlNet of a pipeline, compiled for each size it is used at. */
final class ControlNet implements AutoCloseable {
    private final ControlNetConfig config;
    private final Function<Denoiser.Sizes, Graph> graphs;
    private final ShapedModules<Denoiser.Sizes> modules;
    private final PictureInput pictures;
    private final Map<Denoiser.Sizes, List<Shape>> shapes = new HashMap<>();

    /**
     * @param graphs the network's graph for given sizes
     * @param modules the same, compiled
     * @param pictures control pictures as its inputs
     */
    ControlNet(
            ControlNetConfig config,
            Function<Denoiser.Sizes, Graph> graphs,
            ShapedModules<Denoiser.Sizes> modules,
            PictureInput pictures) {
        this.config = config;
        this.graphs = graphs;
        this.modules = modules;
        this.pictures = pictures;
    }

    ControlNetConfig config() {
        return config;
    }

    /** A control picture [1, 3, height, width], from 0 to 1. */
    NDArray picture(RgbImage image, int height, int width, NDManager owner) {
        return pictures.of(image, height, width, owner);
    }

    /** The shapes of the residuals for a sample. */
    List<Shape> residualShapes(Denoiser.Sizes sizes) {
        return shapes.computeIfAbsent(sizes, key -> graphs.apply(key).outputs().values().stream()
                .map(node -> TensorTypes.shape(node.type()))
                .toList());
    }

    /**
     * What to add to the U-Net's features.
     *
     * @param sample [batch, channels, height, width]
     * @param timestep FP32 [1]
     * @param text the prompts of the batch
     * @param picture [batch, 3, height * 8, width * 8]
     * @param scales FP32 [residuals]
     * @param owner owner of the results
     */
    NDList residuals(
            NDArray sample, NDArray timestep, Conditioning text, NDArray picture, NDArray scales, NDManager owner) {
        NDList inputs = new NDList(sample, timestep, text.encoderHiddenStates());
        if (config.unet().additionEmbedding().isPresent()) {
            inputs.add(text.textEmbeds().orElseThrow());
            inputs.add(text.timeIds().orElseThrow());
        }
        inputs.add(picture);
        inputs.add(scales);
        return modules.of(Denoiser.Sizes.of(sample, text.encoderHiddenStates())).run(inputs, owner);
    }

    @Override
    public void close() {
        modules.close();
    }
}
