package dev.sekisho.data.http1;

/** What {@link ResponseParser#parse} found. */
public sealed interface ParsedResponse permits ResponseHead, NeedMore, Bad {}
