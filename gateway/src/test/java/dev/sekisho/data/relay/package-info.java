@NullMarked
package dev.sekisho.data.relay;

import org.jspecify.annotations.NullMarked;
