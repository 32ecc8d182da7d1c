/** Tests of reading the configuration's file. */
@NullMarked
package dev.sekisho.config;

import org.jspecify.annotations.NullMarked;
