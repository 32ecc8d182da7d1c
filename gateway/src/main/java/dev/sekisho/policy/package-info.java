/**
 * Facts in, a decision with its explanation out. Pure: no sockets, no clock, no logging. Uses net
 * and config.
 */
@NullMarked
package dev.sekisho.policy;

import org.jspecify.annotations.NullMarked;
