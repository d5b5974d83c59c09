package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.image.RgbImage;

/** The encoder of the autoencoder: pictures to latents. */
final class LatentEncoder implements AutoCloseable {
    private final ShapedModules<Sizes> modules;
    private final PictureInput pictures;

    /** What an encoder's graph depends on: pixels, not latents. */
    record Sizes(long batch, long height, long width) {}

    /**
     * @param modules the encoder
     * @param pictures its inputs
     */
    LatentEncoder(ShapedModules<Sizes> modules, PictureInput pictures) {
        this.modules = modules;
        this.pictures = pictures;
    }

    /** The type of the latents it gives. */
    DataType dtype() {
        return pictures.dtype();
    }

    /**
     * The latents of a picture.
     *
     * @param height what the picture is resized to, in pixels
     * @param width what the picture is resized to, in pixels
     */
    LatentDistribution encode(RgbImage image, int height, int width, NDManager owner) {
        try (NDManager scope = owner.newSubManager()) {
            NDArray input = pictures.of(image, height, width, scope);
            Shape shape = input.getShape();
            Sizes sizes = new Sizes(shape.get(0), shape.get(2), shape.get(3));
            NDList moments = modules.of(sizes).run(new NDList(input), owner);
            return new LatentDistribution(moments.get(0), moments.get(1));
        }
    }

    @Override
    public void close() {
        modules.close();
    }
}
