/**
 * Who is asking: users who prove themselves, and the groups they are in. Blocking work happens on
 * virtual threads; whoever asks gets one answer on the executor named.
 */
@NullMarked
package dev.sekisho.identity;

import org.jspecify.annotations.NullMarked;
