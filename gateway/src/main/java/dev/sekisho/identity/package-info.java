/**
 * Who is asking: users who prove themselves, and the groups they are in. Work that takes time is
 * done off the event loops; whoever asks gets one answer on the executor named.
 */
@NullMarked
package dev.sekisho.identity;

import org.jspecify.annotations.NullMarked;
