/**
 * Lowers a graph to a TorchScript archive: the program's text, a pickle of the empty module, and the zip around them. Weights never
 * enter an archive; the module takes them through its {@code bind} method.
 */
package org.diffusionjmh.torchscript;
