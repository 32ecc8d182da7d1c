/**
 * Opening TLS: what a ClientHello says, the authority of this gateway, and the leaf certificates it
 * mints.
 */
@NullMarked
package dev.sekisho.data.inspect;

import org.jspecify.annotations.NullMarked;
