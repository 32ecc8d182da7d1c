/**
 * Whether a certificate speaks for an origin: roots, chains, names, and what is wrong with them.
 */
@NullMarked
package dev.sekisho.data.origin.trust;

import org.jspecify.annotations.NullMarked;
