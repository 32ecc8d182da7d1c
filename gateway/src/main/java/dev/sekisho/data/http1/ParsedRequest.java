package dev.sekisho.data.http1;

/** What {@link RequestParser#parse} found. */
public sealed interface ParsedRequest permits RequestHead, NeedMore, Bad {}
