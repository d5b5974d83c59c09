package org.diffusionjmh.report.compare;

/** A confidence interval. */
public record Interval(double low, double high) {}
