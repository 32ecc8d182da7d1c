/**
 * A configuration file as a tree with places: every capability reads its own section of it. Uses
 * nothing of ours.
 */
@NullMarked
package dev.sekisho.config;

import org.jspecify.annotations.NullMarked;
