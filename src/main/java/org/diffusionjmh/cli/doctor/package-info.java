/** What works on this machine, and why the rest does not. */
package org.diffusionjmh.cli.doctor;
