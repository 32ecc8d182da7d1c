/** Health, metrics and the admin API. Reads the others, decides nothing. */
@NullMarked
package dev.sekisho.console;

import org.jspecify.annotations.NullMarked;
