package org.diffusionjmh.pipeline;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs with a LoRA fused into the weights equal diffusers', for every format of files and with every compiler. */
class LoraGoldenTest {
    @TestFactory
    Stream<DynamicTest> everyRecordedRun() {
        return GoldenRun.all(
                run -> run.check(Pipelines::textToImage, run.recorded().request()), "lora");
    }
}
