package org.diffusionjmh.report.result;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a run's files says, as {@code 20261124-225339-xeon-16cpu-nvidia-h200}, which a run has that was not given another.
 *
 * @param start when it began
 * @param machine where
 */
public record RunName(Instant start, String machine) {
    private static final Pattern NAME = Pattern.compile("(\\d{8}-\\d{6})-?(.*)");
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");

    /** Empty for a name of another kind. */
    public static Optional<RunName> of(Run run) {
        Matcher name = NAME.matcher(run.name());
        if (!name.matches()) {
            return Optional.empty();
        }
        try {
            Instant start = LocalDateTime.parse(name.group(1), STAMP).toInstant(ZoneOffset.UTC);
            return Optional.of(new RunName(start, name.group(2)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
