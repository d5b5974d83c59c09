package org.diffusionjmh.tokenizer;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text of HTML: markup left out, characters written as references put in. */
final class HtmlText {
    private static final Pattern INVISIBLE = Pattern.compile(
            "<!--.*?(?:-->|\\z)|<(script|style|template)\\b.*?(?:</\\1\\s*>|\\z)",
            Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
    private static final Pattern TAG = Pattern.compile("<(?:/?[a-zA-Z]|[!?])[^>]*(?:>|\\z)");
    private static final Pattern REFERENCE = Pattern.compile("&(?:#([0-9]+)|#[xX]([0-9a-fA-F]+)|([a-zA-Z0-9]+));?");

    /** HTML 4's names of the characters from U+00A0 to U+00FF, in order. */
    private static final String LATIN_1 =
            "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute"
                    + " micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml"
                    + " Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc"
                    + " Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml"
                    + " aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc"
                    + " otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

    private static final Map<String, String> NAMED = named();
    private static final int REPLACEMENT = 0xFFFD;

    private HtmlText() {}

    /** The text between the tags; comments, scripts and styles have none. Unknown references lose their semicolon, as in Beautiful Soup. */
    static String text(String html) {
        String visible = INVISIBLE.matcher(html).replaceAll("");
        return unescape(TAG.matcher(visible).replaceAll(""), unknown -> unknown.replace(";", ""));
    }

    /** Replaces references to characters; unknown ones stay. */
    static String unescape(String text) {
        return unescape(text, unknown -> unknown);
    }

    private static String unescape(String text, UnaryOperator<String> unknown) {
        return REFERENCE.matcher(text).replaceAll(match -> {
            String character;
            if (match.group(1) != null) {
                character = character(match.group(1), 10);
            } else if (match.group(2) != null) {
                character = character(match.group(2), 16);
            } else {
                String known = NAMED.get(match.group(3));
                character = known == null ? unknown.apply(match.group()) : known;
            }
            return Matcher.quoteReplacement(character);
        });
    }

    private static String character(String digits, int radix) {
        int codePoint;
        try {
            codePoint = Integer.parseInt(digits, radix);
        } catch (NumberFormatException e) {
            codePoint = REPLACEMENT; // far too large
        }
        boolean isCharacter = codePoint > 0
                && Character.isValidCodePoint(codePoint)
                && Character.getType(codePoint) != Character.SURROGATE;
        return Character.toString(isCharacter ? codePoint : REPLACEMENT);
    }

    private static Map<String, String> named() {
        Map<String, String> named = new HashMap<>(Map.of(
                "amp", "&", "lt", "<", "gt", ">", "quot", "\"", "hellip", "\u2026", "bull", "\u2022", "trade",
                "\u2122"));
        named.putAll(Map.of(
                "ndash", "\u2013",
                "mdash", "\u2014",
                "lsquo", "\u2018",
                "rsquo", "\u2019",
                "ldquo", "\u201C",
                "rdquo", "\u201D",
                "euro", "\u20AC",
                "apos", "'"));
        int codePoint = 0xA0;
        for (String name : LATIN_1.split(" ", -1)) {
            named.put(name, Character.toString(codePoint++));
        }
        return Collections.unmodifiableMap(named);
    }
}
