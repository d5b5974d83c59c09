/** Findings as tables, and the formats they are printed in: aligned text, Markdown, CSV and JSON. */
package org.diffusionjmh.report.table;
