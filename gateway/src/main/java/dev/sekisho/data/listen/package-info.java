/** Listeners, client connections and the PROXY protocol. */
@NullMarked
package dev.sekisho.data.listen;

import org.jspecify.annotations.NullMarked;
