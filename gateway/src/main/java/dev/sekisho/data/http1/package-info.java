/** HTTP/1.1 messages as bytes: strict parsing, rebuilt writing. No sockets. */
@NullMarked
package dev.sekisho.data.http1;

import org.jspecify.annotations.NullMarked;
