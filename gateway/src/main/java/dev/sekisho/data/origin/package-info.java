/** Connections to origins: dialling and pooling. */
@NullMarked
package dev.sekisho.data.origin;

import org.jspecify.annotations.NullMarked;
