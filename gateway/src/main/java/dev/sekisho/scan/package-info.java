/** A body in, a verdict out. Knows nothing of HTTP but the coding of a body, and nothing of sockets but those of its engines. */
@NullMarked
package dev.sekisho.scan;

import org.jspecify.annotations.NullMarked;
