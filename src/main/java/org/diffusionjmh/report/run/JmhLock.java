package org.diffusionjmh.report.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.openjdk.jmh.runner.RunnerException;

/**
 * JMH's lock, by which one instance keeps others from measuring at the same time, held over a whole run. JMH takes and leaves it with each
 * of its runs, so that another instance could come in between two forks; here it is told to leave the lock alone. It listens only once,
 * so the lock must be taken before anything else is asked of JMH's {@code Runner}.
 */
public final class JmhLock {
    private static final String IGNORE = "jmh.ignoreLock";

    private final Optional<FileChannel> channel;

    private JmhLock(Optional<FileChannel> channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock, unless the user has told JMH to ignore it.
     *
     * @throws RunnerException if another JMH has it, or the lock's file cannot be used
     */
    public static JmhLock acquire() throws RunnerException {
        if (Boolean.getBoolean(IGNORE)) {
            return new JmhLock(Optional.empty());
        }
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "jmh.lock");
        String remedy = " (" + file + "); java -D" + IGNORE + "=true -jar ... measures all the same";
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            var unused = file.toFile().setWritable(true, false); // other users' JMH needs it too
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new RunnerException("another JMH is running" + remedy);
            }
            System.setProperty(IGNORE, "true");
            return new JmhLock(Optional.of(channel));
        } catch (OverlappingFileLockException e) {
            throw new RunnerException("another JMH is running in this process" + remedy, e);
        } catch (IOException e) {
            throw new RunnerException("cannot take JMH's lock: " + e.getMessage() + remedy, e);
        }
    }

    /** Leaves it to others. */
    public void release() throws IOException {
        if (channel.isPresent()) {
            channel.get().close();
            System.clearProperty(IGNORE);
        }
    }
}
