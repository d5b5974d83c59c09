package org.diffusionjmh.tokenizer;

import java.nio.charset.Charset;
import java.text.Normalizer;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Characters that programs put into texts instead of the plain ones: the simple part of what ftfy's {@code fix_text} repairs. */
final class TextRepair {
    /** Windows' characters, whose numbers Latin-1 has no characters for. */
    private static final Pattern C1_CONTROLS = Pattern.compile("[\\x80-\\x9f]");

    private static final Pattern LATIN_LIGATURES = Pattern.compile("[\\uFB00-\\uFB06]");
    private static final Pattern OTHER_WIDTHS = Pattern.compile("[\\u3000\\uFF01-\\uFFEF]");
    private static final Pattern SINGLE_QUOTES = Pattern.compile("[\\u02BC\\u2018-\\u201B]");
    private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\\u201C-\\u201F]");
    private static final Pattern LINE_BREAKS = Pattern.compile("\\r\\n|[\\r\\u0085\\u2028\\u2029]");
    private static final Pattern TERMINAL_ESCAPES = Pattern.compile("\\x1b\\[[\\d;]*[a-zA-Z]");
    private static final Pattern CONTROLS =
            Pattern.compile("[\\x00-\\x08\\x0B\\x0E-\\x1F\\x7F\\u206A-\\u206F\\uFEFF\\uFFF9-\\uFFFC]");

    private TextRepair() {}

    static String repair(String text) {
        String result = replaced(C1_CONTROLS, text, TextRepair::windows1252);
        result = replaced(LATIN_LIGATURES, result, TextRepair::compatible);
        result = replaced(OTHER_WIDTHS, result, TextRepair::compatible);
        result = SINGLE_QUOTES.matcher(result).replaceAll("'");
        result = DOUBLE_QUOTES.matcher(result).replaceAll("\"");
        result = LINE_BREAKS.matcher(result).replaceAll("\n");
        result = TERMINAL_ESCAPES.matcher(result).replaceAll("");
        result = CONTROLS.matcher(result).replaceAll("");
        return Normalizer.normalize(result, Normalizer.Form.NFC);
    }

    private static String replaced(Pattern pattern, String text, Function<String, String> replacement) {
        Function<MatchResult, String> quoted = match -> Matcher.quoteReplacement(replacement.apply(match.group()));
        return pattern.matcher(text).replaceAll(quoted);
    }

    private static String compatible(String character) {
        return Normalizer.normalize(character, Normalizer.Form.NFKC);
    }

    private static String windows1252(String control) {
        return new String(new byte[] {(byte) control.charAt(0)}, Charset.forName("windows-1252"));
    }
}
