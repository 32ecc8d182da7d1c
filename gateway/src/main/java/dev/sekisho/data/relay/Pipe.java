package dev.sekisho.data.relay;

/**
 * A kernel pipe.
 *
 * @param capacity in bytes
 */
record Pipe(int readEnd, int writeEnd, int capacity) {}
