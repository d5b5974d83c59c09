package org.diffusionjmh.pipeline;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs that keep deep features from step to step equal the recorded ones in every step, with every compiler. */
class DeepCacheGoldenTest {
    @TestFactory
    Stream<DynamicTest> everyRecordedRun() {
        return GoldenRun.all(GoldenRun::check, "deepcache");
    }
}
