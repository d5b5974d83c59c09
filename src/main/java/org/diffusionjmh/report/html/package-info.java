/**
 * The report of runs as one HTML page that needs nothing else: tables that read without JavaScript, charts, pictures and environment. Java
 * computes every figure; the page's script draws, sorts and filters.
 */
package org.diffusionjmh.report.html;
