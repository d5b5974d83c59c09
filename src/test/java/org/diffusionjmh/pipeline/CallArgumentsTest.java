package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.SizeConditions.Pair;
import org.diffusionjmh.scheduler.CustomSchedule;
import org.diffusionjmh.source.ModelDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallArgumentsTest {
    private static TextToImageRequest.Builder builder() {
        return TextToImageRequest.builder("a").seed(7);
    }

    /** Every argument reaches its field of the request, and nothing else changes. */
    @Test
    void setsEveryArgument() {
        CallArguments arguments = CallArguments.parse("""
                {"negative_prompt": "b", "prompt_2": ["c"], "negative_prompt_2": "d", "guidance_scale": 3,
                 "guidance_rescale": 0.5, "num_images_per_prompt": 2, "eta": 0.25, "clip_skip": 1, "denoising_end": 0.8,
                 "original_size": [1, 2], "crops_coords_top_left": [3, 4], "target_size": [5, 6],
                 "negative_original_size": [7, 8], "negative_crops_coords_top_left": [9, 10],
                 "negative_target_size": [11, 12], "original_inference_steps": 25, "timesteps": [999, 500.5, 1], "strength": 0.75, "image_guidance_scale": 1.25}
                """);
        TextToImageRequest expected = new TextToImageRequest(
                List.of("a"),
                Optional.of(List.of("b")),
                Optional.of(List.of("c")),
                Optional.of(List.of("d")),
                512,
                512,
                50,
                3,
                0.5,
                2,
                7,
                OptionalInt.of(1),
                new SizeConditions(
                        Optional.of(new Pair(1, 2)),
                        new Pair(3, 4),
                        Optional.of(new Pair(5, 6)),
                        Optional.of(new Pair(7, 8)),
                        new Pair(9, 10),
                        Optional.of(new Pair(11, 12))),
                OptionalDouble.of(0.8),
                0.25,
                OptionalInt.of(25),
                Optional.of(new CustomSchedule(CustomSchedule.Kind.TIMESTEPS, List.of(999.0, 500.5, 1.0))),
                Optional.empty(),
                Optional.empty());
        TextToImageRequest text = arguments.applyTo(builder()).build();
        assertEquals(expected, text);
        RgbImage image = RgbImage.of(8, 8, new byte[8 * 8 * RgbImage.CHANNELS]);
        assertEquals(
                new ImageToImageRequest(text, image, OptionalDouble.of(0.75), OptionalDouble.of(1.25)),
                arguments.applyTo(ImageToImageRequest.of(text, image)));
    }

    /** What is not given, or given as null, stays as it was. */
    @Test
    void absentArgumentsChangeNothing() {
        TextToImageRequest plain = builder().clipSkip(2).build();
        for (String json : List.of("{}", "{\"clip_skip\": null, \"original_size\": null}")) {
            CallArguments arguments = CallArguments.parse(json);
            assertEquals(plain, arguments.applyTo(builder().clipSkip(2)).build());
            arguments.requireTakenBy(model("SomeOtherPipeline"), false);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    [1]                         | want an object such as {"clip_skip": 1}
                    {"clip_skip": 1             | not JSON
                    {"clip-skip": 1}            | call argument 'clip-skip' is not known; known: clip_skip, crops_coords
                    {"height": 512}             | call argument 'height' is not known
                    {"clip_skip": "1"}          | call argument 'clip_skip' is "1", want a whole number
                    {"clip_skip": 1.5}          | call argument 'clip_skip' is 1.5, want a whole number
                    {"clip_skip": 1e12}         | want a whole number
                    {"clip_skip": -1}           | clip_skip is
                    {"eta": [0.5]}              | call argument 'eta' is [0.5], want a number
                    {"eta": true}               | want a number
                    {"eta": 1.5}                | eta is 1.5, want 0 to 1
                    {"prompt_2": 3}             | want a text or a list of texts
                    {"prompt_2": ["a", null]}   | want a text or a list of texts
                    {"prompt_2": ["a", "b"]}    | prompt_2 has 2 texts, want one per prompt: 1
                    {"target_size": 512}        | want two whole numbers
                    {"target_size": [1, 2, 3]}  | want two whole numbers
                    {"target_size": [-1, 2]}    | want two whole numbers
                    {"guidance_rescale": 1.5}   | guidance_rescale is 1.5, want 0 to 1
                    {"denoising_end": 0}        | denoising_end is 0.0, want above 0
                    {"timesteps": 3}            | call argument 'timesteps' is 3, want a list of numbers
                    {"timesteps": [3, "2"]}     | want a list of numbers
                    {"timesteps": []}           | timesteps is empty, want at least one value
                    {"timesteps": [3, 3]}       | timesteps are [3.0, 3.0], want descending numbers
                    {"sigmas": [3, -1]}         | sigmas are [3.0, -1.0], want descending numbers of which none is negative
                    {"sigmas": [1], "timesteps": [1]} | 'timesteps' and 'sigmas' are both given, want one of them at most
                    """)
    void mistakesAreNamed(String json, String message) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> CallArguments.parse(json).applyTo(builder()).build());
        assertTrue(e.getMessage().contains(message), e::getMessage);
    }

    private static ModelDescription model(String pipelineClass) {
        return new ModelDescription("m", pipelineClass, false, "snapshot");
    }

    /** The signatures of diffusers' pipelines. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    StableDiffusionPipeline                 | false | clip_skip guidance_rescale eta timesteps | prompt_2 strength target_size
                    StableDiffusionPipeline                 | true  | clip_skip strength             | guidance_rescale image_guidance_scale
                    StableDiffusionInstructPix2PixPipeline  | true  | image_guidance_scale           | clip_skip guidance_rescale strength timesteps
                    StableDiffusionXLPipeline               | false | prompt_2 negative_target_size  | strength
                    StableDiffusionXLPipeline               | true  | strength denoising_end sigmas  | image_guidance_scale
                    StableDiffusionXLInstructPix2PixPipeline| true  | prompt_2 guidance_rescale      | clip_skip negative_target_size
                    LatentConsistencyModelPipeline          | false | original_inference_steps clip_skip timesteps | negative_prompt eta sigmas
                    StableDiffusionXLControlNetPipeline     | false | denoising_end clip_skip        | guidance_rescale strength
                    StableDiffusionXLControlNetPipeline     | true  | strength target_size           | denoising_end timesteps sigmas
                    PixArtAlphaPipeline                     | false | negative_prompt eta            | clip_skip prompt_2
                    """)
    void refusesWhatThePipelineDoesNotTake(String pipelineClass, boolean image, String taken, String refused) {
        for (String name : taken.split(" ", -1)) {
            assertDoesNotThrow(() -> arguments(name).requireTakenBy(model(pipelineClass), image));
        }
        for (String name : refused.split(" ", -1)) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> arguments(name).requireTakenBy(model(pipelineClass), image));
            assertTrue(e.getMessage().contains("takes no call argument '" + name + "'; it takes "), e::getMessage);
        }
    }

    private static CallArguments arguments(String name) {
        return CallArguments.parse("{\"" + name + "\": 1}");
    }
}
