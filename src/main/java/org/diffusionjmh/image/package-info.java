/**
 * Pictures: reading and writing them, resizing them and turning them into model inputs exactly as Pillow and diffusers do, and
 * measuring how far two of them are apart.
 */
package org.diffusionjmh.image;
