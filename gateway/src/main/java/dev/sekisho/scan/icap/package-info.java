/**
 * The client of the Internet Content Adaptation Protocol (RFC 3507): a message with its body out,
 * an answer in. Knows nothing of verdicts.
 */
@NullMarked
package dev.sekisho.scan.icap;

import org.jspecify.annotations.NullMarked;
