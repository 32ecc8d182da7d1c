/**
 * Undoes zstd (RFC 8878) in plain Java: no native code and no unchecked memory, because the bytes
 * come from whoever means harm. Every fault of the bytes is an {@link java.io.IOException}.
 */
@NullMarked
package dev.sekisho.scan.zstd;

import org.jspecify.annotations.NullMarked;
