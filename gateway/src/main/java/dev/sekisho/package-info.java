/**
 * Sekisho, the outbound gateway. The packages below are its capabilities; docs/README.md is the
 * map.
 */
@NullMarked
package dev.sekisho;

import org.jspecify.annotations.NullMarked;
