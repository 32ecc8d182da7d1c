/** Main, commands, configuration loading and wiring by hand. */
@NullMarked
package dev.sekisho.app;

import org.jspecify.annotations.NullMarked;
