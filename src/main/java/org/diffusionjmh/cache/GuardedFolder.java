package org.diffusionjmh.cache;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Optional;

/** A folder of entries whose failures are warnings. One that cannot be written is told of once. */
final class GuardedFolder implements ArtifactStore {
    private final EntryFolder folder;
    private final ArtifactLog log;

    private boolean refused;

    GuardedFolder(EntryFolder folder, ArtifactLog log) {
        this.folder = folder;
        this.log = log;
    }

    @Override
    public Optional<byte[]> find(ArtifactKey key) {
        try {
            return folder.read(key);
        } catch (Entry.DamagedException e) {
            log.warn(folder.file(key) + " is damaged and not used: " + e.getMessage());
        } catch (IOException e) {
            log.warn(folder.file(key) + " cannot be read and is not used: " + reason(e));
        }
        return Optional.empty();
    }

    @Override
    public boolean has(ArtifactKey key) {
        return folder.has(key);
    }

    @Override
    public void keep(ArtifactKey key, byte[] content) {
        try {
            folder.write(key, content);
        } catch (IOException e) {
            if (!refused) {
                refused = true;
                log.warn("what was compiled cannot be kept in " + folder + ": " + reason(e));
            }
        }
    }

    /** Most messages of the file system are the file's name alone. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "no permission";
        }
        boolean named = e instanceof FileSystemException file && file.getReason() != null;
        return named ? ((FileSystemException) e).getReason() : e.toString();
    }
}
