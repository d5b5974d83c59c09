package org.diffusionjmh.model;

/** Down and up blocks of a U-Net, with and without transformers. */
public enum UNetBlockType {
    PLAIN,
    CROSS_ATTENTION;

    boolean attends() {
        return this == CROSS_ATTENTION;
    }
}
