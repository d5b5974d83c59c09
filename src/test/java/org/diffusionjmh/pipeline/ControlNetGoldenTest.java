package org.diffusionjmh.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusionjmh.source.ControlNetFiles;
import org.diffusionjmh.source.ControlNetFolder;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole runs under the control of pictures equal diffusers', on recorded noise, with every compiler; so do the residuals. */
class ControlNetGoldenTest {
    @TestFactory
    Stream<DynamicTest> everyRecordedRun() {
        return GoldenRun.all(
                run -> run.check(
                        (files, options, session, warnings) ->
                                Pipelines.controlNet(files, controlNets(run.recorded()), options, session, warnings),
                        run.recorded().controlRequest()),
                "controlnet");
    }

    /** So do runs that start from a picture besides. */
    @TestFactory
    Stream<DynamicTest> everyRecordedRunFromAPicture() {
        return GoldenRun.all(
                run -> run.check(
                        (files, options, session, warnings) -> Pipelines.controlNetImageToImage(
                                files, controlNets(run.recorded()), options, session, warnings),
                        run.recorded().startedControlRequest()),
                "controlnet-image-to-image");
    }

    private static List<ControlNetFiles> controlNets(RecordedCase recorded) throws IOException {
        List<ControlNetFiles> files = new ArrayList<>();
        for (Path folder : recorded.controlNets()) {
            files.add(ControlNetFolder.open(folder.toString(), folder, Optional.empty()));
        }
        return files;
    }
}
