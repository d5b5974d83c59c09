package org.diffusionjmh.weights;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One name for weights that different versions of the libraries name differently. The names of published snapshots hold, in the
 * spelling of current diffusers.
 */
public final class KeyAliases {
    private static final String SHARED_TABLE = "shared.weight";

    /** Every weight under the name it has in the file. */
    public static final KeyAliases NONE = new KeyAliases(List.of(), List.of());

    /** What diffusers' and transformers' own loaders accept. */
    public static final KeyAliases STANDARD = new KeyAliases(
            List.of(
                    // transformers 5 saves CLIP's text model without its prefix.
                    new Rule(
                            "^(embeddings\\.(?:token|position)_embedding\\.|encoder\\.layers\\.|final_layer_norm\\.)",
                            "text_model.$1"),
                    // The attention of autoencoders before diffusers 0.17.
                    new Rule("^((?:en|de)coder\\.mid_block\\.attentions\\.\\d+)\\.query\\.", "$1.to_q."),
                    new Rule("^((?:en|de)coder\\.mid_block\\.attentions\\.\\d+)\\.key\\.", "$1.to_k."),
                    new Rule("^((?:en|de)coder\\.mid_block\\.attentions\\.\\d+)\\.value\\.", "$1.to_v."),
                    new Rule("^((?:en|de)coder\\.mid_block\\.attentions\\.\\d+)\\.proj_attn\\.", "$1.to_out.0."),
                    // The encoder's own name of T5's token table, which its decoder shares.
                    new Rule("^encoder\\.embed_tokens\\.weight$", SHARED_TABLE)),
            List.of(
                    // A constant, 0 to 76, that old versions saved among CLIP's weights.
                    Pattern.compile("^(?:text_model\\.)?embeddings\\.position_ids$")));

    /** Weights of the linear layers that once were convolutions with a 1x1 kernel. */
    private static final Pattern LINEAR =
            Pattern.compile("^(?:en|de)coder\\.mid_block\\.attentions\\.\\d+\\.to_(?:q|k|v|out\\.0)\\.weight$");

    private final List<Rule> rules;
    private final List<Pattern> ignored;

    private KeyAliases(List<Rule> rules, List<Pattern> ignored) {
        this.rules = rules;
        this.ignored = ignored;
    }

    private record Rule(Pattern pattern, String replacement) {
        Rule(String regex, String replacement) {
            this(Pattern.compile(regex), replacement);
        }
    }

    /** The one name of what a file or a caller calls {@code key}; empty if it is not a weight at all. */
    Optional<String> canonical(String key) {
        if (ignored.stream().anyMatch(pattern -> pattern.matcher(key).find())) {
            return Optional.empty();
        }
        for (Rule rule : rules) {
            Matcher matcher = rule.pattern().matcher(key);
            if (matcher.find()) {
                return Optional.of(matcher.replaceFirst(rule.replacement()));
            }
        }
        return Optional.of(key);
    }

    /** Whether a file may hold the same weight under both of its names. */
    boolean isTied(String canonicalKey) {
        return this == STANDARD && canonicalKey.equals(SHARED_TABLE);
    }

    /** The shape a weight is used in: {@code [out, in]} for a linear layer that is stored as {@code [out, in, 1, 1]}. */
    Shape canonical(String canonicalKey, Shape stored) {
        boolean kernelOfOne = stored.dimension() == 4 && stored.get(2) == 1 && stored.get(3) == 1;
        return this == STANDARD && kernelOfOne && LINEAR.matcher(canonicalKey).find() ? stored.slice(0, 2) : stored;
    }
}
