package org.diffusionjmh.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CaptionCleanerTest {
    /** Captions and what diffusers' {@code clean_caption} with Beautiful Soup 4.15 and ftfy 6.3.1 makes of them. */
    @TestFactory
    List<DynamicTest> cleansLikeDiffusers() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Reader reader = new InputStreamReader(
                CaptionCleanerTest.class.getResourceAsStream("/captions.json"), StandardCharsets.UTF_8)) {
            for (JsonElement pair : JsonParser.parseReader(reader).getAsJsonArray()) {
                String caption = pair.getAsJsonArray().get(0).getAsString();
                String cleaned = pair.getAsJsonArray().get(1).getAsString();
                tests.add(dynamicTest('"' + caption + '"', () -> assertEquals(cleaned, CaptionCleaner.clean(caption))));
            }
        }
        return tests;
    }

    /** Python's strip takes more for white space than Java's. */
    @Test
    void lowerLeavesTheMiddleAsItIs() {
        assertEquals("see https://x.org  & \u00e9", CaptionCleaner.lower("\u00a0 See HTTPS://x.org  & \u00c9\u001f\n"));
    }
}
