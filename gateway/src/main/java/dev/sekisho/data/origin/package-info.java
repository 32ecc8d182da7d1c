/** Connections to origins: dialling, TLS and pooling. */
@NullMarked
package dev.sekisho.data.origin;

import org.jspecify.annotations.NullMarked;
