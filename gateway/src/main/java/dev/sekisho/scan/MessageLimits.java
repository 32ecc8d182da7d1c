package dev.sekisho.scan;

/**
 * What holds for messages of a WebSocket.
 *
 * @param from bytes: a shorter message is not scanned
 * @param limit bytes of one message, as sent, that are held and scanned
 * @param decoded what one that is held may become when its compression is undone
 * @param followed what one that passes may become; beyond it its compression is not undone any
 *     more, and what refers to it cannot be read
 */
public record MessageLimits(long from, long limit, DecodedLimits decoded, long followed) {}
