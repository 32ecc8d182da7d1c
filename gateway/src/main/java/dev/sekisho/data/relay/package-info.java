/** The byte pump of tunnels: back-pressure, idle limits, zero copy. */
@NullMarked
package dev.sekisho.data.relay;

import org.jspecify.annotations.NullMarked;
