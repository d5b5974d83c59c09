package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every snapshot among the fixtures opens, every network in it has a configuration and weights, in every variant there is. */
class SnapshotGoldenTest {
    @TestFactory
    Stream<DynamicTest> everySnapshotIsComplete() {
        return snapshots()
                .map(folder -> DynamicTest.dynamicTest(
                        Fixtures.root().relativize(folder).toString(), () -> check(Snapshot.open(folder))));
    }

    private static Stream<Path> snapshots() {
        try (Stream<Path> files = Files.walk(Fixtures.root())) {
            return files
                    .filter(file -> file.endsWith("model_index.json"))
                    .map(Path::getParent)
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(Snapshot snapshot) throws IOException {
        assertTrue(snapshot.pipelineClass().endsWith("Pipeline"));
        assertTrue(Files.isRegularFile(snapshot.schedulerConfig()));
        for (String name : snapshot.components()) {
            String type = snapshot.componentClass(name).orElseThrow();
            if (!type.endsWith("Scheduler") && !type.contains("Tokenizer")) {
                check(snapshot.component(name));
            }
        }
    }

    private static void check(ComponentFolder component) throws IOException {
        assertTrue(Files.isRegularFile(component.config()));
        List<Optional<String>> variants = new ArrayList<>(List.of(Optional.empty()));
        component.variants().forEach(variant -> variants.add(Optional.of(variant)));
        for (Optional<String> variant : variants) {
            try (WeightSource weights = component.weights(variant)) {
                assertFalse(weights.names().isEmpty());
                for (String name : weights.names()) {
                    Dtype wanted = variant.isPresent() ? Dtype.F16 : Dtype.F32;
                    assertEquals(wanted, weights.info(name).dtype(), weights.location(name) + " " + name);
                    assertFalse(name.contains("position_ids") || name.contains("proj_attn"), name);
                }
            }
        }
    }
}
