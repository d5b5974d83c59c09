package org.diffusionjmh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.diffusionjmh.image.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest {
    @TempDir
    Path folder;

    private final CommandOutput output = new CommandOutput();

    private int generate(String... options) {
        return output.run(
                Stream.concat(Stream.of("generate"), Arrays.stream(options)).toArray(String[]::new));
    }

    /** What the evaluation's script prints, and as many pictures as were asked for. */
    @Test
    void generatesPicturesAndTellsTheFigures() throws IOException {
        Path picture = folder.resolve("new/cat.png");
        String options =
                "--model sd15 --device cpu --scale mini --dtype fp32 --height 64 --width 72 --steps 3 --batch 2"
                        + " --negative-prompt blurry --guidance-scale 4 --seed 5 --compiler torchscript --scheduler none"
                        + " --extra-call-kwargs {\"clip_skip\":1} --print-output --output-image " + picture;
        assertEquals(0, generate(options.split(" ")), output::err);

        for (String name : List.of("cat-0.png", "cat-1.png")) {
            RgbImage image = RgbImage.read(picture.resolveSibling(name));
            assertEquals(64, image.height());
            assertEquals(72, image.width());
        }
        for (String figure : List.of(
                "Load time: +[0-9.]+ s",
                "Warm-up time: +[0-9.]+ s",
                "Inference time: +[0-9.]+ s",
                "Iterations per second: +[0-9.]+",
                "Max used memory: +[0-9.]+ GiB")) {
            assertTrue(output.out().lines().anyMatch(line -> line.matches(figure)), () -> figure + "\n" + output.out());
        }
        assertTrue(output.err().contains("inference: step 4 of 4"), "PNDM takes one more\n" + output.err());
        assertTrue(output.err().contains("made-up weights"), output::err);
        assertTrue(output.err().contains("warning: --print-output shows no picture: "), "a test has no terminal");
    }

    /** PixArt takes any size that it may bin; here it may not. */
    @Test
    void generatesWithPixArt() throws IOException {
        Path picture = folder.resolve("fox.png");
        String options = "--model pixart-alpha --device cpu --scale mini --height 64 --width 80 --steps 2 --warmups 0"
                + " --no-resolution-binning --no-clean-caption --max-sequence-length 60 --output-image " + picture;
        assertEquals(0, generate(options.split(" ")), output::err);
        RgbImage image = RgbImage.read(picture);
        assertEquals(List.of(64, 80), List.of(image.height(), image.width()));
        assertTrue(output.err().contains("the prompt is longer than 60 tokens"), output::err);
    }

    private Path inputImage() throws IOException {
        Path file = folder.resolve("input.png");
        RgbImage.of(41, 50, new byte[41 * 50 * RgbImage.CHANNELS]).write(file);
        return file;
    }

    /** One pipeline for all sizes; the table tells every one, and the pictures have them. */
    @Test
    void runsMultipleResolutions() throws IOException {
        String options = "--model sd15 --device cpu --scale mini --steps 1 --compiler fused{\"dynamic\":true}"
                + " --run-multiple-resolutions 64,72 --output-image " + folder.resolve("a.png");
        assertEquals(0, generate(options.split(" ")), output::err);
        for (String resolution : List.of("64x64", "64x72", "72x64", "72x72")) {
            assertTrue(
                    output.out().lines().anyMatch(line -> line.matches(resolution + "( +-?[0-9.]+){3} +-")),
                    output::out);
            RgbImage image = RgbImage.read(folder.resolve("a-" + resolution + ".png"));
            assertEquals(resolution, image.height() + "x" + image.width());
        }
    }

    /** Points of all counts, the line, and the plot in both formats. */
    @Test
    void measuresThroughput() {
        Path plot = folder.resolve("plots/line");
        String options = "--model sd15 --device cpu --scale mini --height 64 --width 64 --throughput 2,1,3"
                + " --throughput-plot " + plot;
        assertEquals(0, generate(options.split(" ")), output::err);
        for (String line : List.of(
                "1( +[0-9.]+){4}",
                "2( +[0-9.]+){4}",
                "3( +[0-9.]+){4}",
                "Time a step: +-?[0-9.]+ s \\+- [0-9.]+ s",
                "Fixed time: +-?[0-9.]+ s \\+- [0-9.]+ s",
                "Plot: .*line.png",
                "Plot: .*line.svg")) {
            assertTrue(output.out().lines().anyMatch(text -> text.matches(line)), () -> line + "\n" + output.out());
        }
        assertTrue(Files.exists(folder.resolve("plots/line.png")) && Files.exists(folder.resolve("plots/line.svg")));
    }

    /** What has no option of its own reaches the pipeline, which refuses what it does not take. */
    @Test
    void passesExtraCallArguments() {
        assertEquals(2, generate("--model", "sd15", "--device", "cpu", "--extra-call-kwargs", "{\"prompt_2\": \"a\"}"));
        assertTrue(output.err().contains("StableDiffusionPipeline takes no call argument 'prompt_2'"), output::err);
    }

    /** Image to image keeps the picture's size, in multiples of 8; the strength decides how many steps are taken. */
    @Test
    void goesFromImageToImage() throws IOException {
        Path picture = folder.resolve("new.png");
        String options = "--model sd15 --device cpu --scale mini --steps 4 --strength 0.5 --warmups 0 --input-image "
                + inputImage() + " --output-image " + picture;
        assertEquals(0, generate(options.split(" ")), output::err);
        RgbImage image = RgbImage.read(picture);
        assertEquals(List.of(40, 48), List.of(image.height(), image.width()));
        assertTrue(output.err().contains("inference: step 2 of 2"), output::err);
    }

    @Test
    void editsPictures() throws IOException {
        Path picture = folder.resolve("new.png");
        String options = "--model instruct-pix2pix --device cpu --scale mini --steps 2 --image-guidance-scale 1.2"
                + " --height 64 --width 72 --warmups 0 --input-image " + inputImage() + " --output-image " + picture;
        assertEquals(0, generate(options.split(" ")), output::err);
        RgbImage image = RgbImage.read(picture);
        assertEquals(List.of(64, 72), List.of(image.height(), image.width()));
    }

    /** Without a control picture a ControlNet is shown an ellipse; with one, the result has its size. */
    @Test
    void generatesUnderControl() throws IOException {
        Path picture = folder.resolve("new.png");
        String options = "--model sd15 --device cpu --scale mini --steps 2 --scheduler DDIMScheduler --warmups 0"
                + " --controlnet sd-controlnet-canny --output-image " + picture;
        assertEquals(0, generate((options + " --height 64 --width 72").split(" ")), output::err);
        assertEquals(64, RgbImage.read(picture).height());
        assertTrue(output.out().contains(" + lllyasviel/sd-controlnet-canny (StableDiffusionControlNetPipeline, "));
        assertTrue(output.err().contains("warning: lllyasviel/sd-controlnet-canny runs with made-up weights"));

        String shown = " --control-image " + inputImage() + " --control-guidance-end 0.5"
                + " --controlnet-conditioning-scale 0.5 --guess-mode";
        assertEquals(0, generate((options + shown).split(" ")), output::err);
        RgbImage image = RgbImage.read(picture);
        assertEquals(List.of(40, 48), List.of(image.height(), image.width()));
    }

    @Test
    void startsFromAPictureUnderControl() throws IOException {
        Path picture = folder.resolve("new.png");
        String options = "--model sd15 --device cpu --scale mini --steps 4 --scheduler DDIMScheduler --warmups 0"
                + " --controlnet sd-controlnet-canny --output-image " + picture + " --input-image " + inputImage();
        assertEquals(0, generate((options + " --strength 0.25").split(" ")), output::err);
        assertTrue(output.out().contains("- (needs two steps)"), output::out);
        RgbImage image = RgbImage.read(picture);
        assertEquals(List.of(40, 48), List.of(image.height(), image.width()));

        assertEquals(2, generate((options + " --image-guidance-scale 2").split(" ")));
        assertTrue(output.err().contains("is InstructPix2Pix's, and does not go with --controlnet"), output::err);
    }

    @Test
    void takesTimestepsInPlaceOfANumberOfSteps() throws IOException {
        String options = "--model sd15 --device cpu --scale mini --height 64 --width 64 --warmups 0 --output-image "
                + folder.resolve("new.png") + " --extra-call-kwargs {\"timesteps\":[900]} --scheduler ";
        assertEquals(0, generate((options + "EulerDiscreteScheduler").split(" ")), output::err);
        assertTrue(output.out().contains("- (needs two steps)"), output::out);
        assertEquals(2, generate((options + "DDIMScheduler").split(" ")));
        assertTrue(output.err().contains("DDIMScheduler takes no timesteps; those that do: [DDPM"), output::err);
        assertEquals(2, generate((options + "EulerDiscreteScheduler --throughput").split(" ")));
        assertTrue(output.err().contains("'timesteps' replaces"), output::err);
    }

    /** Deep features are kept with any pipeline; where, the model decides. */
    @Test
    void keepsDeepFeatures() throws IOException {
        String options =
                "--model sd15 --device cpu --scale mini --steps 3 --height 64 --width 64 --warmups 0 --deepcache";
        Path plain = folder.resolve("plain.png");
        Path cached = folder.resolve("cached.png");
        assertEquals(0, generate((options + " --cache-interval 1 --output-image " + plain).split(" ")), output::err);
        assertEquals(0, generate((options + " --output-image " + cached).split(" ")), output::err);
        assertNotEquals(RgbImage.read(plain), RgbImage.read(cached));

        assertEquals(2, generate((options + " --cache-block-id 3").split(" ")));
        assertTrue(output.err().contains("error: cache_block_id is 3, want 0 to 2: down block 0 has"), output::err);
    }

    /** A latent consistency model brings its scheduler, and takes four steps unless told otherwise. */
    @Test
    void samplesFromLatentConsistencyModels() {
        String options = "--model lcm --device cpu --scale mini --height 64 --width 64 --warmups 0";
        assertEquals(0, generate(options.split(" ")), output::err);
        assertTrue(output.err().contains("inference: step 4 of 4"), output::err);

        assertEquals(2, generate((options + " --scheduler DDIMScheduler").split(" ")));
        assertTrue(output.err().contains("is sampled from by LCMScheduler only, not by DDIMScheduler"), output::err);
    }

    @Test
    void editingNeedsAPicture() {
        assertEquals(2, generate("--model", "instruct-pix2pix", "--device", "cpu"));
        assertTrue(output.err().contains("give it an input image"), output::err);
    }

    @Test
    void aStrengthIsAFraction() throws IOException {
        assertEquals(
                2, generate("--strength", "1.5", "--input-image", inputImage().toString()));
        assertEquals("error: strength is 1.5, want 0 to 1", output.err().strip());
    }

    @Test
    void anUnknownModelIsAMistake() {
        assertEquals(2, generate("--model", "nobody/nothing", "--device", "cpu"));
        assertTrue(output.err().startsWith("error: model 'nobody/nothing' not found."), output::err);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --nosuch 1                    | Unknown options: '--nosuch', '1'; see benchmarks.jar generate --help
                    --height 500                  | height is 500, want a multiple of 8
                    --width -8                    | width is -8, want a multiple of 8
                    --steps 0                     | num_inference_steps is 0, want at least 1
                    --steps many                  | 'many' is not an int
                    --max-sequence-length 60      | --max-sequence-length is about PixArt-alpha, which the model is not
                    --no-resolution-binning       | --no-resolution-binning is about PixArt-alpha
                    --model pixart-alpha --no-resolution-binning --height 500 | height is 500, want a multiple of 8
                    --model pixart-alpha --height 0 | the size is 0x512, want at least 1x1
                    --batch 0                     | num_images_per_prompt is 0, want at least 1
                    --warmups -1                  | warmups is -1, want at least 0
                    --dtype fp64                  | unknown dtype 'fp64'; known: auto, bf16, fp16, fp32
                    --scale tiny                  | unknown scale 'tiny'; known: auto, full, mini
                    --compiler fast               | unknown compiler 'fast'; known: none, torchscript
                    --device tpu                  | unknown device 'tpu'
                    --run-multiple-resolutions 60 | height is 60, want a multiple of 8
                    --throughput 0,1              | num_inference_steps is 0, want at least 1
                    --throughput 5                | --throughput is [5], want two different step counts
                    --throughput-plot a           | --throughput-plot is about step counts; give --throughput too
                    --throughput 1,2 --throughput-plot pom.xml/a | pom.xml is no folder
                    --extra-call-kwargs {"a":1}   | call argument 'a' is not known; known: clip_skip,
                    --extra-call-kwargs {"eta":[]} | call argument 'eta' is [], want a number
                    --strength 0.5                | --strength is about an input image; give one with --input-image
                    --image-guidance-scale 2      | --image-guidance-scale is about an input image
                    --control-image pom.xml       | --control-image is about a ControlNet; give one with --controlnet
                    --guess-mode                  | --guess-mode is about a ControlNet; give one with --controlnet
                    --controlnet a --control-image pom.xml                      | pom.xml
                    --controlnet a --control-guidance-start 1                   | control_guidance_start is 1.0 and
                    --controlnet a --controlnet b --control-image absent.png    | is given 1 times and --controlnet 2 times
                    --cache-interval 2            | --cache-interval is about --deepcache; give that too, or leave it out
                    --cache-layer-id 0            | --cache-layer-id is about --deepcache
                    --cache-block-id 0            | --cache-block-id is about --deepcache
                    --deepcache --cache-interval 0  | cache_interval is 0, want at least 1
                    --deepcache --cache-layer-id -1 | cache_layer_id is -1, want at least 0
                    --input-image pom.xml         | pom.xml
                    --input-image absent.png      | absent.png
                    --output-image picture.bmp    | picture.bmp: the extension names no known picture format
                    --output-image pom.xml/a.png  | pom.xml is no folder
                    """)
    void mistakesAreOneLine(String options, String message) {
        assertEquals(2, generate(options.split(" ")));
        List<String> lines = output.err().lines().toList();
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("error: ") && lines.get(0).contains(message), lines::toString);
    }
}
