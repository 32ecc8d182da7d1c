/** Names to addresses: system configuration, hosts file, cache. */
@NullMarked
package dev.sekisho.data.names;

import org.jspecify.annotations.NullMarked;
