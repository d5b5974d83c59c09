/**
 * What compiling makes, kept in files: entries under keys that say what they were made of and where, each whole or refused. Knows nothing
 * of what the entries mean.
 */
package org.diffusionjmh.cache;
