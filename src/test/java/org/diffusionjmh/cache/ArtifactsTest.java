package org.diffusionjmh.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {
    private static final ArtifactKey KEY = new ArtifactKey("network", Map.of(ArtifactKey.NAME, "unet"));

    /** A number in digits; whatever else is there cannot be read. */
    private static final ArtifactFormat<Integer> NUMBER = new ArtifactFormat<>() {
        @Override
        public byte[] write(Integer thing) {
            return thing.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Integer read(byte[] content) {
            return Integer.valueOf(new String(content, StandardCharsets.UTF_8));
        }
    };

    @TempDir
    Path folder;

    private final RecordedLog log = new RecordedLog();

    private static int never() {
        throw new AssertionError("it was made");
    }

    private CompileCache cache() {
        return new CompileCache(folder.resolve("cache"), log);
    }

    private SavedArtifacts saved() {
        return SavedArtifacts.at(folder.resolve("saved"), log);
    }

    private Artifacts cached() {
        return Artifacts.of(Optional.empty(), Optional.of(cache()), Optional.empty(), log);
    }

    @Test
    void whatWasMadeIsFound() {
        assertEquals(5, cached().get(KEY, NUMBER, () -> 5));
        assertEquals(5, cached().get(KEY, NUMBER, ArtifactsTest::never));
        assertEquals(List.of("network made", "network found"), log.needed());
    }

    @Test
    void withoutAPlaceEverythingIsMade() {
        assertTrue(Artifacts.none().isNone());
        assertEquals(5, Artifacts.none().get(KEY, NUMBER, () -> 5));
        assertEquals(6, Artifacts.none().get(KEY, NUMBER, () -> 6));
    }

    /** A saved folder is whole, also where the cache had everything. */
    @Test
    void whatIsFoundInTheCacheIsSaved() {
        cache().keep(KEY, NUMBER.write(5));
        Artifacts both = Artifacts.of(Optional.empty(), Optional.of(cache()), Optional.of(saved()), log);
        assertEquals(5, both.get(KEY, NUMBER, ArtifactsTest::never));
        assertTrue(saved().has(KEY));
    }

    /** What the user named comes first, and what is loaded once is cached. */
    @Test
    void whatIsLoadedComesFirst() {
        saved().keep(KEY, NUMBER.write(6));
        assertFalse(cache().has(KEY));
        Artifacts both = Artifacts.of(Optional.of(saved()), Optional.of(cache()), Optional.empty(), log);
        assertEquals(6, both.get(KEY, NUMBER, ArtifactsTest::never));
        assertEquals(6, cached().get(KEY, NUMBER, ArtifactsTest::never));
    }

    /** A whole entry with a content that says nothing is a damaged one. */
    @Test
    void whatCannotBeReadIsMadeAgain() {
        cache().keep(KEY, "five".getBytes(StandardCharsets.UTF_8));
        assertEquals(5, cached().get(KEY, NUMBER, () -> 5));
        assertEquals(1, log.warnings().size());
        assertTrue(log.warnings().get(0).contains("cannot be read"), log.warnings()::toString);
        assertEquals(5, cached().get(KEY, NUMBER, ArtifactsTest::never));
    }

    private TunedChoices choices(Artifacts artifacts) {
        return new KeptChoices(artifacts, Map.of("gpu", "H200"), log);
    }

    @Test
    void choicesOutliveTheProcess() {
        TunedChoices before = choices(cached());
        assertEquals(Optional.empty(), before.find("attention"));
        before.keep("attention", "CUDNN");
        assertEquals(Optional.of("CUDNN"), before.find("attention"));
        TunedChoices after = choices(cached());
        assertEquals(Optional.of("CUDNN"), after.find("attention"));
        assertEquals(Optional.empty(), after.find("product"));
        assertEquals(Optional.empty(), new KeptChoices(cached(), Map.of("gpu", "H100"), log).find("attention"));
    }

    /** Of two processes that choose at the same time, both leave what they chose. */
    @Test
    void choicesOfOtherProcessesStay() {
        TunedChoices one = choices(cached());
        TunedChoices other = choices(cached());
        one.find("a");
        other.find("b");
        one.keep("a", "1");
        other.keep("b", "2");
        TunedChoices after = choices(cached());
        assertEquals(Optional.of("1"), after.find("a"));
        assertEquals(Optional.of("2"), after.find("b"));
    }

    /** A saved folder gets all choices, whichever folder they were in. */
    @Test
    void choicesOfAllFoldersAreJoined() {
        choices(cached()).keep("a", "1");
        Artifacts toSaved = Artifacts.of(Optional.empty(), Optional.empty(), Optional.of(saved()), log);
        choices(toSaved).keep("b", "2");
        Artifacts all = Artifacts.of(Optional.of(saved()), Optional.of(cache()), Optional.of(saved()), log);
        assertEquals(Optional.of("1"), choices(all).find("a"));
        Artifacts loaded = Artifacts.of(Optional.of(saved()), Optional.empty(), Optional.empty(), log);
        assertEquals(Optional.of("1"), choices(loaded).find("a"));
        assertEquals(Optional.of("2"), choices(loaded).find("b"));
    }
}
