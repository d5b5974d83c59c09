package org.diffusionjmh.cli;

import java.io.IOException;

/** What {@code generate} does with a pipeline once it is loaded. */
interface GenerateTask {
    /**
     * @throws IOException if results cannot be written
     */
    <R> void run(LoadedPipeline<R> loaded, Console console) throws IOException;
}
