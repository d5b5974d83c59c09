package org.diffusionjmh.cli;

import java.util.Optional;
import org.diffusionjmh.pipeline.CallArguments;
import picocli.CommandLine.Option;

/** The option for what has no option of its own. */
final class CallOptions {
    @Option(
            names = "--extra-call-kwargs",
            paramLabel = "JSON",
            description = "Other arguments of the pipeline's call, by diffusers' names: {\"clip_skip\": 1,"
                    + " \"original_size\": [512, 768]}. They win over other options; an unknown one is an error that"
                    + " lists those that are known.")
    private Optional<String> json;

    /**
     * The arguments that were given.
     *
     * @throws IllegalArgumentException if the text is no JSON object or names an argument that is not known
     */
    CallArguments arguments() {
        return json.map(CallArguments::parse).orElseGet(CallArguments::none);
    }
}
