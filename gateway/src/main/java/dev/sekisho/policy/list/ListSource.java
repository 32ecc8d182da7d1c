package dev.sekisho.policy.list;

import java.nio.file.Path;

/**
 * One file that belongs to a list or category.
 *
 * @param list the number of the list or category; several files may belong to one
 * @param label the file as an operator knows it, for messages
 */
public record ListSource(int list, ListFormat format, Path path, String label) {}
