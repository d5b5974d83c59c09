package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.EllipseImage;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ControlNetFiles;
import org.diffusionjmh.source.ControlNetFolder;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pipelines with ControlNets refuse, and what they leave out. */
class ControlNetTest {
    private static final String SD = "StableDiffusionControlNetPipeline";
    private static final String XL = "StableDiffusionXLControlNetPipeline";
    private static final RgbImage PICTURE = EllipseImage.of(64, 64);
    private static final PipelineOptions OPTIONS =
            new PipelineOptions("cpu", DType.FP32, "none", Scale.FULL, Optional.empty(), Optional.empty());

    @ParameterizedTest
    @CsvSource({"-0.1, 1", "0, 1.1", "0.5, 0.5", "0.6, 0.4", "NaN, 1", "0, NaN"})
    void theWindowLiesWithinTheRun(double start, double end) {
        assertRefused(
                "control_guidance_start is " + start + " and control_guidance_end " + end
                        + ", want 0 <= start < end <= 1",
                () -> new ControlImage(PICTURE, 1, start, end));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void aScaleIsANumber(double scale) {
        assertRefused(
                "controlnet_conditioning_scale is " + scale + ", want a finite number",
                () -> new ControlImage(PICTURE, scale, 0, 1));
    }

    @Test
    void eachControlNetIsShownAPicture() throws Exception {
        ControlImage image = ControlImage.of(PICTURE);
        try (ControlNetPipeline pipeline = controlNet(snapshot(SD), List.of(net(SD)))) {
            assertRefused(
                    "2 control pictures were given, want one for each ControlNet: 1",
                    () -> pipeline.start(new ControlNetRequest(text(), List.of(image, image), false), warning -> {}));
        }
    }

    /** Nothing is paid for a ControlNet that has no say: its residuals are the same zeros each time. */
    @Test
    void stepsOutsideTheWindowDoNotRunTheControlNet() throws Exception {
        ControlImage image = new ControlImage(PICTURE, 1, 0.4, 1);
        try (LatentControlNet pipeline = (LatentControlNet) controlNet(snapshot(SD), List.of(net(SD)))) {
            pipeline.session().call(() -> {
                try (Denoising run = pipeline.start(ControlNetRequest.of(text(), image), warning -> {})) {
                    Control control = run.conditioning().control().orElseThrow();
                    // A sample of no channels: a ControlNet would refuse it.
                    var nothing = run.latents().get(":, 0:0");
                    var first = control.residuals(0, nothing, nothing, nothing.getManager());
                    var second = control.residuals(1, nothing, nothing, nothing.getManager());
                    assertEquals(control.branches().get(0).net().config().residuals(), first.size());
                    for (int i = 0; i < first.size(); i++) {
                        assertSame(first.get(i), second.get(i));
                        assertEquals(0, first.get(i).abs().max().getFloat());
                    }
                    assertThrows(
                            RuntimeException.class, () -> control.residuals(2, nothing, nothing, nothing.getManager()));
                }
                return null;
            });
        }
    }

    /** What does not belong together says so before anything is computed, and what is loaded says what it is. */
    @Test
    void aControlNetOfAnotherFamilyIsRefused() throws Exception {
        assertRefused(
                "does not fit the model: its block_out_channels is [",
                () -> controlNet(snapshot(SD), List.of(net(XL))));
        try (ControlNetPipeline pipeline = controlNet(snapshot(XL), List.of(net(XL)))) {
            ModelDescription description = pipeline.description();
            assertEquals(XL, description.pipelineClass());
            assertEquals("model + net", description.model());
        }
    }

    /** A snapshot that was saved with a ControlNet is not taken without. */
    @Test
    void aPipelineWithAControlNetNeedsOne() throws Exception {
        assertRefused(
                "is a pipeline with a ControlNet; give the ControlNet",
                () -> Pipelines.textToImage(
                        ReconfiguredFiles.withIndexEntry(snapshot(SD), "_class_name", SD),
                        OPTIONS,
                        TorchSession.open("cpu"),
                        warning -> {}));
        ModelFiles files = ReconfiguredFiles.withIndexEntry(snapshot(SD), "_class_name", SD);
        try (ControlNetPipeline pipeline = controlNet(files, List.of(net(SD)))) {
            assertEquals(SD, pipeline.description().pipelineClass());
        }
    }

    private static TextToImageRequest text() {
        return TextToImageRequest.builder("a cat")
                .sizeOf(PICTURE)
                .numInferenceSteps(4)
                .build();
    }

    /** A recorded case of Stable Diffusion 1.x or of XL, with one ControlNet. */
    private static RecordedCase recorded(String pipelineClass) {
        return RecordedCase.of("controlnet")
                .filter(recorded -> recorded.pipelineClass().equals(pipelineClass))
                .filter(recorded -> recorded.controlNets().size() == 1)
                .findFirst()
                .orElseThrow();
    }

    private static ModelFiles snapshot(String pipelineClass) throws IOException {
        return SnapshotFiles.open("model", recorded(pipelineClass).snapshot(), Optional.empty());
    }

    private static ControlNetFiles net(String pipelineClass) throws IOException {
        Path folder = recorded(pipelineClass).controlNets().get(0);
        return ControlNetFolder.open("net", folder, Optional.empty());
    }

    private static ControlNetPipeline controlNet(ModelFiles files, List<ControlNetFiles> nets) throws IOException {
        TorchSession session = TorchSession.open("cpu");
        try {
            return Pipelines.controlNet(files, nets, OPTIONS, session, warning -> {});
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static void assertRefused(String reason, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
