/**
 * Graphs, and records that hold graphs, as JSON and back. Operations are written by their record components, so a new one needs no code
 * here as long as its components are of kinds that {@link org.diffusionjmh.graph.json.Codecs} knows.
 */
package org.diffusionjmh.graph.json;
