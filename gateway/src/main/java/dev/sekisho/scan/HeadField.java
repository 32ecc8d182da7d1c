package dev.sekisho.scan;

/**
 * One line of a head, as it came.
 *
 * @param name a token, in its own spelling
 * @param value without white space around it; bytes above 0x7F as Latin-1
 */
public record HeadField(String name, String value) {}
