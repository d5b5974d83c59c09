package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An HTML element under construction. Whatever text it is given is text: it cannot become markup. */
final class Element {
    private static final Set<String> VOID = Set.of("img", "input", "br");

    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<Object> children = new ArrayList<>(); // of Element and String

    private Element(String name) {
        this.name = name;
    }

    static Element of(String name) {
        return new Element(name);
    }

    /** An element with text in it. */
    static Element of(String name, String text) {
        return new Element(name).text(text);
    }

    Element with(String attribute, String value) {
        attributes.put(attribute, value);
        return this;
    }

    Element text(String text) {
        children.add(text);
        return this;
    }

    Element add(Element child) {
        children.add(child);
        return this;
    }

    Element addAll(Collection<Element> more) {
        children.addAll(more);
        return this;
    }

    private void write(StringBuilder html) {
        html.append('<').append(name);
        attributes.forEach((attribute, value) -> html.append(' ')
                .append(attribute)
                .append("=\"")
                .append(escape(value))
                .append('"'));
        html.append('>');
        if (VOID.contains(name)) {
            return;
        }
        for (Object child : children) {
            if (child instanceof Element element) {
                element.write(html);
            } else {
                html.append(escape(child.toString()));
            }
        }
        html.append("</").append(name).append('>');
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\0' -> escaped.append('\uFFFD'); // is in no HTML
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    @Override
    public String toString() {
        StringBuilder html = new StringBuilder();
        write(html);
        return html.toString();
    }
}
