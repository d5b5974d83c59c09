package org.diffusionjmh.pipeline;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs of latent consistency models, and of SDXL as Turbo is run, equal diffusers', on recorded noise, with every compiler. */
class FewStepGoldenTest {
    @TestFactory
    Stream<DynamicTest> everyRecordedRun() {
        return GoldenRun.all(GoldenRun::check, "few-step");
    }
}
