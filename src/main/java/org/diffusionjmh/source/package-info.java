/**
 * Where models come from: a snapshot's folder, the local Hugging Face cache, or a built-in configuration with made-up weights. Pipelines
 * see all of them as {@link org.diffusionjmh.source.ModelFiles}.
 */
package org.diffusionjmh.source;
