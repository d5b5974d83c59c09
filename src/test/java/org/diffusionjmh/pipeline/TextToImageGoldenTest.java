package org.diffusionjmh.pipeline;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole runs from prompt to pixels equal diffusers', on recorded noise, with every compiler. */
class TextToImageGoldenTest {
    @TestFactory
    Stream<DynamicTest> everyRecordedRun() {
        return GoldenRun.all(
                run -> run.check(Pipelines::textToImage, run.recorded().request()),
                "sdxl-t2i",
                "sd15-t2i",
                "pixart-alpha");
    }
}
