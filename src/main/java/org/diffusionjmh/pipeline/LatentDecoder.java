package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.image.FloatImage;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.image.VaeImageProcessor;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** The decoder of the autoencoder: latents to pixels. */
final class LatentDecoder implements AutoCloseable {
    private static final int CHANNELS = 3;
    private static final int MAX_LEVEL = 255;
    private static final VaeImageProcessor PIXELS = new VaeImageProcessor(TextToImageRequest.SIZE_MULTIPLE, true);

    private final ShapedModules<Sizes> modules;
    private final LatentScaling scaling;
    private final ScalarType dtype;
    private final HostScalars scalars;

    /** What a decoder's graph depends on. */
    record Sizes(long batch, long height, long width) {}

    /**
     * @param modules the decoder
     * @param scaling undone before decoding; closed by its owner
     * @param dtype type of the decoder's computation
     * @param scalars the pipeline's numbers
     */
    LatentDecoder(ShapedModules<Sizes> modules, LatentScaling scaling, ScalarType dtype, HostScalars scalars) {
        this.modules = modules;
        this.scaling = scaling;
        this.dtype = dtype;
        this.scalars = scalars;
    }

    /**
     * The decoder's output, before it is brought to the range of pixels.
     *
     * @param latents [images, channels, height / 8, width / 8]
     * @return [images, 3, height, width], about -1 to 1
     */
    NDArray decode(NDArray latents, NDManager owner) {
        Shape shape = latents.getShape();
        try (NDManager scope = owner.newSubManager()) {
            NDArray converted = TensorMemory.as(latents, dtype, scope);
            NDArray unscaled = scaling.toAutoencoder(converted);
            Sizes sizes = new Sizes(shape.get(0), shape.get(2), shape.get(3));
            return modules.of(sizes).run(new NDList(unscaled), owner).singletonOrThrow();
        }
    }

    /**
     * Pictures of latents, on the host: {@code round(255 clamp(x / 2 + 1/2, 0, 1))}.
     *
     * @param latents [images, channels, h, w]
     * @param height of the pictures; where the latents decode to another size, it is resized to cover this one, and cropped
     * @param width of the pictures
     */
    List<RgbImage> pictures(NDArray latents, int height, int width) {
        try (NDManager scope = latents.getManager().newSubManager()) {
            NDArray decoded = decode(latents, scope);
            if (decoded.getShape().get(2) != height || decoded.getShape().get(3) != width) {
                return resized(decoded, height, width, scope);
            }
            NDArray half = scalars.of(0.5);
            NDArray unit =
                    fineEnoughForPixels(decoded, scope).mul(half).add(half).clip(0, 1);
            NDArray levels = TensorMemory.as(unit, ScalarType.FLOAT32, scope).mul(scalars.of(MAX_LEVEL));
            NDArray pixels = levels.round().toType(DataType.UINT8, false).transpose(0, 2, 3, 1);
            Shape shape = pixels.getShape();
            byte[] bytes = pixels.toByteArray();
            return split(bytes, Math.toIntExact(shape.get(1)), Math.toIntExact(shape.get(2)));
        }
    }

    /** bfloat16 has fewer levels than a pixel. */
    private static NDArray fineEnoughForPixels(NDArray decoded, NDManager scope) {
        boolean coarse = TensorMemory.type(decoded) == ScalarType.BFLOAT16;
        return coarse ? TensorMemory.as(decoded, ScalarType.FLOAT32, scope) : decoded;
    }

    /** Resizing comes before rounding to levels, as in diffusers. */
    private static List<RgbImage> resized(NDArray decoded, int height, int width, NDManager scope) {
        Shape shape = decoded.getShape();
        float[] values = TensorMemory.as(decoded, ScalarType.FLOAT32, scope).toFloatArray();
        int size = values.length / Math.toIntExact(shape.get(0));
        List<RgbImage> images = new ArrayList<>();
        for (int start = 0; start < values.length; start += size) {
            float[] planes = Arrays.copyOfRange(values, start, start + size);
            FloatImage image = FloatImage.of(Math.toIntExact(shape.get(2)), Math.toIntExact(shape.get(3)), planes);
            images.add(PIXELS.postprocess(image.resizeAndCrop(height, width)));
        }
        return images;
    }

    private static List<RgbImage> split(byte[] bytes, int height, int width) {
        int size = height * width * CHANNELS;
        List<RgbImage> images = new ArrayList<>();
        for (int start = 0; start < bytes.length; start += size) {
            images.add(RgbImage.of(height, width, Arrays.copyOfRange(bytes, start, start + size)));
        }
        return images;
    }

    @Override
    public void close() {
        modules.close();
    }
}
