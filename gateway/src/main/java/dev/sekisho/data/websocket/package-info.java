/**
 * WebSocket frames and messages as bytes (RFC 6455, RFC 7692): strict reading, and what a message
 * says once its mask and its compression are undone. No sockets.
 */
@NullMarked
package dev.sekisho.data.websocket;

import org.jspecify.annotations.NullMarked;
