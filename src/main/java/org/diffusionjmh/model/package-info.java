/**
 * The networks: each reads its configuration and builds graphs from it for given shapes. Weights are named as in published snapshots.
 */
package org.diffusionjmh.model;
