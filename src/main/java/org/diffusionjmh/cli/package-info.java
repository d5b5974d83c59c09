/**
 * The command line: JMH's own by default, and subcommands beside it.
 */
package org.diffusionjmh.cli;
