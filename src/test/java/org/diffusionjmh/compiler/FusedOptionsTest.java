package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.diffusionjmh.compiler.FusedOptions.MemoryFormat;
import org.diffusionjmh.compiler.FusedOptions.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FusedOptionsTest {
    /** The string that OneDiff's users know. */
    @Test
    void readsOneDiffsOptions() {
        FusedOptions options = FusedOptions.parse(
                "{\"mode\": \"max-optimize:max-autotune:low-precision\", \"memory_format\": \"contiguous\", \"dynamic\": true}");
        assertEquals(Set.of(Mode.MAX_OPTIMIZE, Mode.MAX_AUTOTUNE, Mode.LOW_PRECISION), options.modes());
        assertEquals(MemoryFormat.CONTIGUOUS, options.memoryFormat());
        assertTrue(options.dynamic());
    }

    @Test
    void whatIsNotGivenIsTheDefault() {
        assertEquals(FusedOptions.DEFAULT, FusedOptions.parse(" "));
        assertEquals(FusedOptions.DEFAULT, FusedOptions.parse("{}"));
        assertEquals(
                FusedOptions.DEFAULT.memoryFormat(),
                FusedOptions.parse("{\"mode\": \"freezing\"}").memoryFormat());
    }

    @ParameterizedTest
    @EnumSource
    void everyTokenSaysWhatItDoes(Mode mode) {
        assertFalse(mode.effect().isBlank());
        assertEquals(
                Set.of(mode),
                FusedOptions.parse("{\"mode\": \"" + mode.token() + "\"}").modes());
    }

    /** Whatever is not known is an error that lists what is. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"mode": "max-optimise"}      | unknown mode 'max-optimise'; known: max-optimize, max-autotune, low-precision, freezing, cudagraphs, benchmark, cache-all
            {"mode": "freezing:"}         | unknown mode ''; known: max-optimize, max-autotune, low-precision, freezing, cudagraphs, benchmark, cache-all
            {"mode": ["freezing"]}        | mode is ["freezing"], want a string
            {"memory_format": "nhwc"}     | unknown memory_format 'nhwc'; known: channels_last, contiguous
            {"dynamic": "yes"}            | dynamic is "yes", want true or false
            {"dinamic": true}             | unknown key 'dinamic'; known: mode, memory_format, dynamic
            max-optimize                  | want an object such as {"mode": "max-optimize:low-precision"}
            """)
    void refusesWhatIsUnknown(String json, String reason) {
        String message = assertThrows(IllegalArgumentException.class, () -> FusedOptions.parse(json))
                .getMessage();
        assertEquals("compiler options " + json + ": " + reason, message);
    }

    @Test
    void refusesWhatIsNotJson() {
        String message = assertThrows(IllegalArgumentException.class, () -> FusedOptions.parse("{\"mode\": "))
                .getMessage();
        assertTrue(message.startsWith("compiler options {\"mode\": : not JSON"), message);
    }

    /** What is compiled under one text is not taken for another: an option that is added must be in it. */
    @Test
    void everyOptionIsInTheTextThatCompiledThingsAreKeptUnder() {
        FusedOptions options = FusedOptions.parse(
                "{\"mode\": \"low-precision:freezing\", \"memory_format\": \"contiguous\", \"dynamic\": true}");
        assertEquals(
                "{\"mode\": \"low-precision:freezing\", \"memory_format\": \"contiguous\", \"dynamic\": true}",
                options.effective());
        assertEquals(options, FusedOptions.parse(options.effective()));
        assertEquals(3, FusedOptions.class.getRecordComponents().length);
    }

    /** Whether something is kept does not change what is kept. */
    @Test
    void keepingIsNotInThatText() {
        assertEquals(
                FusedOptions.DEFAULT.effective(),
                FusedOptions.parse("{\"mode\": \"cache-all\"}").effective());
    }

    /** As on a command line: the options follow the name. */
    @Test
    void optionsFollowTheName() {
        assertEquals("fused", Compilers.of("fused{\"mode\": \"low-precision\"}").id());
        assertThrows(IllegalArgumentException.class, () -> Compilers.of("fused{\"mode\": \"fast\"}"));
        assertThrows(IllegalArgumentException.class, () -> Compilers.of("none{}"));
    }

    /** Options that nobody reads are not dropped in silence. */
    @Test
    void otherCompilersTakeNoOptions() {
        CompilerLog log = CompilerLog.system();
        assertEquals("none", Compilers.of("none", "", log).id());
        assertEquals("fused", Compilers.of("fused", "{}", log).id());
        String message = assertThrows(IllegalArgumentException.class, () -> Compilers.of("none", "{}", log))
                .getMessage();
        assertEquals("compiler 'none' takes no options, but was given {}; only fused takes some", message);
    }
}
