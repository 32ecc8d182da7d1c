/** The life of a request: phases in order. No Netty, no sockets, no clock, no logging. */
@NullMarked
package dev.sekisho.data.exchange;

import org.jspecify.annotations.NullMarked;
