package org.diffusionjmh.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.pipeline.PipelineOptions;
import org.diffusionjmh.pipeline.Pipelines;
import org.diffusionjmh.pipeline.TextToImagePipeline;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Times pictures of a warm pipeline, small ones, with and without the figures that are taken beside the time, by turns. Prints what they
 * add at the median, whose interval the binomial distribution gives: {@code -Ddevice=cuda}.
 */
@EnabledIfSystemProperty(named = "device", matches = "cuda.*")
class FiguresCostTest {
    private static final int WARM_UP = 10;
    private static final double NORMAL_QUANTILE = 1.96;
    private static final int PAIRS = 600;

    @Test
    void isLessThanOnePercent() throws Exception {
        PipelineOptions options = new PipelineOptions(
                System.getProperty("device"), DType.FP16, "fused", Scale.FULL, Optional.empty(), Optional.empty());
        TextToImageRequest request = TextToImageRequest.builder("a cat")
                .size(512, 512)
                .numInferenceSteps(10)
                .build();
        try (TextToImagePipeline pipeline =
                        Pipelines.textToImage(BuiltInModel.REALVISXL_V4_0.id(), options, warning -> {});
                CallFigures taken = new CallFigures.Taken(pipeline.session());
                CallFigures none = new CallFigures.None()) {
            for (int i = 0; i < WARM_UP; i++) {
                seconds(pipeline, request, taken);
            }
            List<Double> added = new ArrayList<>();
            for (int i = 0; i < PAIRS; i++) {
                boolean takenFirst = i % 2 == 0;
                double first = seconds(pipeline, request, takenFirst ? taken : none);
                double second = seconds(pipeline, request, takenFirst ? none : taken);
                added.add(100 * (takenFirst ? first / second - 1 : second / first - 1));
            }
            assertLittle(added);
        }
    }

    /** Of a picture, timed as an iteration is. */
    private static double seconds(TextToImagePipeline pipeline, TextToImageRequest request, CallFigures figures) {
        figures.begin();
        long start = System.nanoTime();
        figures.startCall();
        pipeline.generate(request, step -> figures.mark(), warning -> {});
        double seconds = (System.nanoTime() - start) / 1e9;
        figures.record();
        return seconds;
    }

    private static void assertLittle(List<Double> percent) {
        List<Double> sorted = percent.stream().sorted().toList();
        int middle = sorted.size() / 2;
        int margin = (int) Math.ceil(NORMAL_QUANTILE / 2 * Math.sqrt(sorted.size()));
        double highest = sorted.get(middle + margin);
        System.out.printf(
                Locale.ROOT,
                "figures at 512: median %+.3f %%, 95 %% interval %+.3f to %+.3f %%, of %d pairs%n",
                sorted.get(middle),
                sorted.get(middle - margin),
                highest,
                sorted.size());
        assertTrue(highest < 1);
    }
}
