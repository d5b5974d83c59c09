package org.diffusionjmh.report.table;

/**
 * A column.
 *
 * @param name its heading
 * @param group the JSON object that its values stand in; empty: the row itself
 * @param audience who is shown it
 * @param numeric whether it is aligned to the right
 */
public record Column(String name, String group, Audience audience, boolean numeric) {
    /** Who reads a column. */
    public enum Audience {
        ALL,
        PEOPLE,
        PROGRAMS
    }

    public static Column text(String name) {
        return new Column(name, "", Audience.ALL, false);
    }

    public static Column number(String name) {
        return new Column(name, "", Audience.ALL, true);
    }

    /** This column, shown to some only. */
    public Column to(Audience readers) {
        return new Column(name, group, readers, numeric);
    }

    /** This column, within an object of this name in JSON. */
    public Column in(String jsonGroup) {
        return new Column(name, jsonGroup, audience, numeric);
    }

    boolean isFor(Audience reader) {
        return audience == Audience.ALL || audience == reader;
    }
}
