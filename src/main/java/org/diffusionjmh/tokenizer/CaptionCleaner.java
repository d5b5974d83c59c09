package org.diffusionjmh.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prompts as PixArt's training captions were: lower case, without addresses, file names, markup and other traces of the web. It follows
 * diffusers' {@code clean_caption}, except that text decoded in a wrong encoding stays as it is, and that of HTML's named characters only
 * the common ones are known.
 */
public final class CaptionCleaner {
    /** Python's white space, which for Java does not begin at U+001C. */
    private static final String SPACE = "[\\s\\x1c-\\x1f]";

    private static final Pattern ENDS = pattern("^" + SPACE + "+|" + SPACE + "+\\z");
    private static final Pattern PERCENT_ENCODED = Pattern.compile("(?:%[0-9a-fA-F]{2})+");
    private static final Pattern WORD_JOINER = Pattern.compile("[-_]");
    private static final int MOST_WORD_JOINERS = 3;

    private static final String SITE = "[a-zA-Z0-9.\\-]+[.](?:com|co|ru|net|org|edu|gov|it)[\\w/-]*\\b/?(?!@)";
    private static final String EXTENSION = "(?:png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4)";

    private static final List<Rule> ADDRESSES = List.of(
            new Rule("<person>", "person"),
            new Rule("\\b(?:https?:(?:/{1,3}|[a-zA-Z0-9%])|" + SITE + ")", ""),
            new Rule("\\b(?:www:(?:/{1,3}|[a-zA-Z0-9%])|" + SITE + ")", ""));

    private static final List<Rule> CHARACTERS = List.of(
            new Rule("@[\\w\\d]+\\b", ""),
            new Rule("[\\u31c0-\\u4dff\\u4e00-\\u9fff]+", ""), // Chinese characters and what belongs to them
            new Rule(
                    "[-\\u058A\\u05BE\\u1400\\u1806\\u2010-\\u2015\\u2E17\\u2E1A\\u2E3A\\u2E3B\\u2E40\\u301C\\u3030\\u30A0"
                            + "\\uFE31\\uFE32\\uFE58\\uFE63\\uFF0D]+",
                    "-"),
            new Rule("[`\\u00B4\\u00AB\\u00BB\\u201C\\u201D\\u00A8]", "\""),
            new Rule("[\\u2018\\u2019]", "'"),
            new Rule("&quot;?", ""),
            new Rule("&amp", ""),
            new Rule("\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}", " "), // IP addresses
            new Rule("\\d:\\d\\d" + SPACE + "+$", ""),
            new Rule("\\\\n", " "), // a line break that was written down as two characters
            new Rule("#\\d{1,3}\\b", ""),
            new Rule("#\\d{5,}\\b", ""),
            new Rule("\\b\\d{6,}\\b", ""),
            new Rule("[^\\s\\x1c-\\x1f]+\\." + EXTENSION, ""),
            new Rule("[\"']{2,}", "\""),
            new Rule("\\.{2,}", " "),
            new Rule(
                    "[#\\u00AE\\u2022\\u00A9\\u2122&@\\u00B7\\u00BA\\u00BD\\u00BE\\u00BF\\u00A1\\u00A7~)(\\]\\[}{|\\\\/*]+",
                    " "),
            new Rule(SPACE + "+\\." + SPACE + "+", " "));

    private static final List<Rule> WORDS = List.of(
            new Rule("\\b[a-zA-Z]{1,3}\\d{3,15}\\b", ""),
            new Rule("\\b[a-zA-Z]+\\d+[a-zA-Z]+\\b", ""),
            new Rule("\\b\\d+[a-zA-Z]+\\d+\\b", ""),
            new Rule("(?:worldwide" + SPACE + "+)?(?:free" + SPACE + "+)?shipping", ""),
            new Rule("(?:free" + SPACE + ")?download(?:" + SPACE + "free)?", ""),
            new Rule("\\bclick\\b" + SPACE + "(?:for|on)" + SPACE + "\\w+", ""),
            new Rule("\\b" + EXTENSION + "(?:" + SPACE + "images?)?", ""),
            new Rule("\\bpage" + SPACE + "+\\d+\\b", ""),
            new Rule("\\b\\d*[a-zA-Z]+\\d+[a-zA-Z]+\\d+[a-zA-Z\\d]*\\b", " "),
            new Rule("\\b\\d+\\.?\\d*[x\\u0445\\u00D7]\\d+\\.?\\d*\\b", ""), // sizes; the second x is Cyrillic
            new Rule("\\b" + SPACE + "+:" + SPACE + "+", ": "),
            new Rule("(\\D[,./])\\b", "$1 "),
            new Rule(SPACE + "+", " "),
            new Rule("^[\"']([\\w\\W]+)[\"']$", "$1"),
            new Rule("^['_,\\-:;]", ""),
            new Rule("['_,\\-:+]$", ""),
            new Rule("^\\.[^\\s\\x1c-\\x1f]+$", ""));

    private CaptionCleaner() {}

    /** What to replace by what; classes of characters are Unicode's, as in Python. */
    private record Rule(Pattern pattern, String replacement) {
        Rule(String regex, String replacement) {
            this(CaptionCleaner.pattern(regex), replacement);
        }

        String apply(String text) {
            return pattern.matcher(text).replaceAll(replacement);
        }
    }

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES);
    }

    /** Lower case without white space at the ends: what is done to prompts that are not to be cleaned. */
    public static String lower(String text) {
        return strip(text.toLowerCase(Locale.ROOT));
    }

    /** The cleaned prompt. It is cleaned twice, as in diffusers: what was hidden by the first time is then seen. */
    public static String clean(String text) {
        return cleanOnce(cleanOnce(text));
    }

    private static String cleanOnce(String text) {
        String caption = lower(unquote(text));
        caption = HtmlText.text(apply(ADDRESSES, caption));
        caption = apply(CHARACTERS, caption);
        if (WORD_JOINER.matcher(caption).results().count() > MOST_WORD_JOINERS) {
            caption = WORD_JOINER.matcher(caption).replaceAll(" ");
        }
        caption = HtmlText.unescape(HtmlText.unescape(TextRepair.repair(caption)));
        return strip(apply(WORDS, caption));
    }

    private static String apply(List<Rule> rules, String text) {
        String result = text;
        for (Rule rule : rules) {
            result = rule.apply(result);
        }
        return result;
    }

    private static String strip(String text) {
        return ENDS.matcher(text).replaceAll("");
    }

    /** Undoes the encoding of addresses, by which {@code +} is a space. */
    private static String unquote(String text) {
        return PERCENT_ENCODED
                .matcher(text.replace('+', ' '))
                .replaceAll(match -> Matcher.quoteReplacement(decoded(match.group())));
    }

    /** The text of bytes written as {@code %C3%A9}. */
    private static String decoded(String encoded) {
        byte[] bytes = new byte[encoded.length() / 3];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(encoded, 3 * i + 1, 3 * i + 3, 16);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
