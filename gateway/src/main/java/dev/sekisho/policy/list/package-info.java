/**
 * Sets of names: lists and categories read from files, compiled into one immutable mapped index,
 * fetched by URL where asked. Knows nothing of rules and facts. Uses net and config.
 */
@NullMarked
package dev.sekisho.policy.list;

import org.jspecify.annotations.NullMarked;
