/** How the origin is reached. */
@NullMarked
package dev.sekisho.data.route;

import org.jspecify.annotations.NullMarked;
