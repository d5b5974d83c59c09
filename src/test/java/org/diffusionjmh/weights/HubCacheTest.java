package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the cache is, what is found in it, and what a miss says. */
class HubCacheTest {
    private static final String HASH = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path home;

    @Test
    void theVariablesDecideInTheOrderOfTheHubsOwnTools() {
        Path folder = home.resolve("elsewhere");
        String value = folder.toString();
        assertEquals(home.resolve(".cache/huggingface/hub"), cache(Map.of()).path());
        assertEquals(
                folder.resolve("huggingface/hub"),
                cache(Map.of("XDG_CACHE_HOME", value)).path());
        assertEquals(
                folder.resolve("hub"),
                cache(Map.of("HF_HOME", value, "XDG_CACHE_HOME", "/x")).path());
        assertEquals(
                folder, cache(Map.of("HF_HUB_CACHE", value, "HF_HOME", "/x")).path());
        assertEquals(
                folder,
                cache(Map.of("HF_HUB_CACHE", " ", "HUGGINGFACE_HUB_CACHE", value))
                        .path());
        assertEquals(
                home.resolve("models"),
                cache(Map.of("HF_HUB_CACHE", "~/models")).path());
        assertEquals(home, cache(Map.of("HF_HUB_CACHE", "~")).path());
    }

    @Test
    void aModelIsFoundByIdByBranchAndByHash() throws Exception {
        Path snapshot = model("owner/some-model_1.0", "main", HASH);
        Files.createDirectories(home.resolve(".cache/huggingface/hub/models--owner--some-model_1.0/refs/refs/pr"));
        Files.writeString(
                home.resolve(".cache/huggingface/hub/models--owner--some-model_1.0/refs/refs/pr/3"), HASH + "\n");
        HubCache cache = cache(Map.of());
        assertEquals(snapshot, cache.find("owner/some-model_1.0"));
        assertEquals(snapshot, cache.find("owner/some-model_1.0@main"));
        assertEquals(snapshot, cache.find("owner/some-model_1.0@refs/pr/3"));
        assertEquals(snapshot, cache.find("owner/some-model_1.0@" + HASH));
        assertEquals(model("gpt2", "main", HASH), cache.find("gpt2"));
    }

    @Test
    void aMissSaysWhereItLookedAndHowToDownload() {
        SnapshotException miss =
                assertThrows(SnapshotException.class, () -> cache(Map.of()).find("owner/name"));
        Path model = home.resolve(".cache/huggingface/hub/models--owner--name");
        assertTrue(miss.getMessage().contains(model.resolve("refs/main").toString()), miss.getMessage());
        assertTrue(miss.getMessage().contains(model.resolve("snapshots").toString()), miss.getMessage());
        assertTrue(miss.getMessage().contains("hf download owner/name (older"), miss.getMessage());
    }

    @Test
    void aMissingRevisionNamesThoseThereAre() throws Exception {
        model("owner/name", "main", HASH);
        SnapshotException miss =
                assertThrows(SnapshotException.class, () -> cache(Map.of()).find("owner/name@fp16"));
        assertTrue(miss.getMessage().contains("(cached revisions: main)"), miss.getMessage());
        assertTrue(miss.getMessage().contains("hf download owner/name --revision fp16"), miss.getMessage());
    }

    @Test
    void aRefWhoseSnapshotIsGoneIsAMiss() throws Exception {
        Files.delete(model("owner/name", "main", HASH));
        assertThrows(SnapshotException.class, () -> cache(Map.of()).find("owner/name"));
        Files.writeString(home.resolve(".cache/huggingface/hub/models--owner--name/refs/main"), "../../..");
        assertThrows(SnapshotException.class, () -> cache(Map.of()).find("owner/name"));
    }

    @Test
    void whatIsNoIdIsRefused() {
        for (String id : new String[] {"", "a/b/c", "../x", "a/..", "/etc", "a b", "owner/name@", "owner/name@../x"}) {
            SnapshotException refusal =
                    assertThrows(SnapshotException.class, () -> cache(Map.of()).find(id), id);
            assertTrue(refusal.getMessage().contains("want owner/name"), refusal.getMessage());
        }
    }

    private HubCache cache(Map<String, String> environment) {
        return new HubCache(environment, home);
    }

    private Path model(String id, String ref, String hash) throws IOException {
        Path model = home.resolve(".cache/huggingface/hub/models--" + id.replace("/", "--"));
        Files.createDirectories(model.resolve("refs"));
        Files.writeString(model.resolve("refs").resolve(ref), hash);
        return Files.createDirectories(model.resolve("snapshots").resolve(hash));
    }
}
