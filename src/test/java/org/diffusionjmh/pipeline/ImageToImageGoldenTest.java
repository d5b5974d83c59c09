package org.diffusionjmh.pipeline;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole runs from picture and prompt to pixels equal diffusers', on recorded noise, with every compiler. */
class ImageToImageGoldenTest {
    @TestFactory
    Stream<DynamicTest> everyRecordedRun() {
        return GoldenRun.all(
                run -> run.check(Pipelines::imageToImage, run.recorded().imageRequest()),
                "image-to-image",
                "instruct-pix2pix",
                "sdxl-img2img",
                "sdxl-instruct-pix2pix");
    }

    /** A seed gives the picture that it gives in diffusers: the picture's latents are sampled first, once for all images. */
    @TestFactory
    Stream<DynamicTest> seedsDrawInDiffusersOrder() {
        return GoldenRun.all(
                run -> run.checkDraws(Pipelines::imageToImage, run.recorded().imageRequest()), "image-to-image");
    }
}
