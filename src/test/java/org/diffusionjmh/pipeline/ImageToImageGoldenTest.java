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
                "instruct-pix2pix",
                "sdxl-img2img",
                "sdxl-instruct-pix2pix");
    }
}
