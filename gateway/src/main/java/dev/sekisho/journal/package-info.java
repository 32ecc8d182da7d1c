/** One record per exchange, durable from the moment it is appended. Uses net and config. */
@NullMarked
package dev.sekisho.journal;

import org.jspecify.annotations.NullMarked;
