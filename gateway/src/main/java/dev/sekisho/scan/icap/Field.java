package dev.sekisho.scan.icap;

/**
 * One line of a head.
 *
 * @param value without white space around it; lines that were folded are parted by a line feed
 */
public record Field(String name, String value) {}
