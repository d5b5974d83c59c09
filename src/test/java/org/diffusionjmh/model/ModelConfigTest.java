package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.diffusionjmh.weights.SnapshotException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {
    @Test
    void absentKeysHaveTheirDefaults() {
        ModelConfig config = config("{}");
        assertEquals(3, config.integer("a", 3));
        assertEquals(4, config.size("b", 4));
        assertEquals(0.5, config.number("c", 0.5));
        assertTrue(config.flag("d", true));
        assertEquals("silu", config.text("e", "silu"));
        assertEquals(List.of(1, 2), config.sizes("f", 2, List.of(1, 2)));
        assertEquals(OptionalInt.empty(), config.optionalSize("g"));
        assertEquals(List.of(), config.optionalNumbers("h", 4));
        assertTrue(config.optionalText("i").isEmpty());
        config.supported("j", "default");
        config.finish();
    }

    @Test
    void readsValuesOfEachKind() {
        ModelConfig config = config("""
                {"a": -3, "b": 4.0, "c": 1e-05, "d": null, "e": "gelu", "f": [320, 640], "g": 8, "h": [0.5, 1, 2, 3],
                 "i": ["X", "Y"], "j": [true, false]}""");
        assertEquals(-3, config.integer("a", 0));
        assertEquals(4, config.size("b", 1));
        assertEquals(1e-5, config.number("c", 0));
        assertEquals(false, config.flag("d", true));
        assertEquals("gelu", config.optionalText("e").orElseThrow());
        assertEquals(List.of(320, 640), config.sizes("f", List.of()));
        assertEquals(OptionalInt.of(8), config.optionalSize("g"));
        assertEquals(List.of(0.5, 1.0, 2.0, 3.0), config.optionalNumbers("h", 4));
        assertEquals(List.of("X", "Y"), config.texts("i", List.of()));
        assertEquals(List.of(true, false), config.flags("j", 2, List.of()));
        config.finish();
    }

    /** U-Net configurations write per-block values as one number, as a list, or as a list of lists. */
    @Test
    void oneValueStandsForAllBlocks() {
        ModelConfig config = config("{\"one\": 2, \"list\": [1, 2, 10], \"lists\": [1, [2, 3], 10]}");
        assertEquals(List.of(2, 2, 2), config.sizes("one", 3, List.of()));
        assertEquals(List.of(1, 2, 10), config.sizes("list", 3, List.of()));
        assertEquals(List.of(List.of(2), List.of(2), List.of(2)), config.sizeLists("one", 3, List.of()));
        assertEquals(List.of(List.of(1), List.of(2, 3), List.of(10)), config.sizeLists("lists", 3, List.of()));
        assertMessage(
                "unet/config.json: 'list' is [1,2,10], want a positive integer or a list of 4 such",
                () -> config.sizes("list", 4, List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "1e10", "1e999", "\"4\"", "true", "null", "[4]", "{}"})
    void valuesOfAnotherKindAreNamed(String value) {
        assertMessage(
                "unet/config.json: 'in_channels' is " + value.replace('"', '\'') + ", want a positive integer",
                () -> config("{\"in_channels\": " + value + "}").size("in_channels", 4));
    }

    @Test
    void unsupportedValuesAreNamed() {
        ModelConfig config =
                config("{\"class_embed_type\": \"timestep\", \"eps\": 1, \"dual\": true, \"quiet\": null}");
        assertMessage(
                "unet/config.json: 'class_embed_type' is 'timestep', supported: null",
                () -> config.supported("class_embed_type", (Object) null));
        assertMessage("unet/config.json: 'dual' is true, supported: null, false", () -> config.off("dual"));
        assertDoesNotThrow(() -> config.supported("eps", 2, 1.0));
        assertDoesNotThrow(() -> config.off("quiet", "absent"));
    }

    /** A key that no network reads may change the picture, so it is never passed over. */
    @Test
    void unknownKeysAreRefused() {
        ModelConfig config = config(
                "{\"_class_name\": \"X\", \"dropout\": 0.1, \"size\": 1, \"new_option\": [1], \"another\": \"on\"}");
        config.ignore("size");
        assertMessage(
                "unet/config.json: 'another' is 'on', 'new_option' is [1], which this version does not know; "
                        + "remove what does not change the network",
                config::finish);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "{\"a\": 1", "{'a': 1}", "{\"a\": NaN}", ""})
    void aFileThatIsNoJsonObjectIsNamed(String text, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), text);
        SnapshotException e = assertThrows(SnapshotException.class, () -> ModelConfig.read(file));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    }

    private static ModelConfig config(String json) {
        return new ModelConfig("unet/config.json", JsonParser.parseString(json).getAsJsonObject());
    }

    private static void assertMessage(String message, org.junit.jupiter.api.function.Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
