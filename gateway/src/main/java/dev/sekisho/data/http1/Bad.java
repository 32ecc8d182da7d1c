package dev.sekisho.data.http1;

import dev.sekisho.data.exchange.Failure;

/**
 * The message breaks the rules: the connection it came from cannot be trusted to be in step any
 * more and is closed.
 */
public record Bad(Failure failure) implements ParsedRequest, ParsedResponse, BodyPart, Undone {}
