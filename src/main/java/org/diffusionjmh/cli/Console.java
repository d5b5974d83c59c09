package org.diffusionjmh.cli;

import java.io.PrintWriter;

/**
 * Where a command prints.
 *
 * @param out results
 * @param err progress and warnings
 */
record Console(PrintWriter out, PrintWriter err) {}
