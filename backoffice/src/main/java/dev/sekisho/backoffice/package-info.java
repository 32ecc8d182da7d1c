/** The back office: archive and planning, in a process of its own. */
@NullMarked
package dev.sekisho.backoffice;

import org.jspecify.annotations.NullMarked;
