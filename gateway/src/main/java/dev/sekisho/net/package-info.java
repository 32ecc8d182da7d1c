/**
 * Values of addressing: hosts, names, addresses, ranges, authorities. No input or output; uses
 * nothing of ours.
 */
@NullMarked
package dev.sekisho.net;

import org.jspecify.annotations.NullMarked;
