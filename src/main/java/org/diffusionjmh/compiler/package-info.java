/**
 * Turns graphs into modules that run. A new compiler implements {@link org.diffusionjmh.compiler.Compiler} and is added to
 * {@link org.diffusionjmh.compiler.Compilers}.
 */
package org.diffusionjmh.compiler;
