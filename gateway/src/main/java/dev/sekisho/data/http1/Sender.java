package dev.sekisho.data.http1;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Failure.Kind;
import dev.sekisho.data.exchange.Failure.Retry;
import dev.sekisho.data.exchange.Failure.Side;

/** Whose message is being read: decides whose fault a broken one is. */
enum Sender {
  CLIENT,
  ORIGIN;

  /** The same fault in a head: of a request nothing has reached the origin yet. */
  Bad badHead(Refusal refusal) {
    return bad(refusal, this == CLIENT ? Retry.SAFE : Retry.UNSAFE);
  }

  /** In a body the only lines that can be too long are trailers. */
  Bad badBody(Refusal refusal) {
    boolean trailer = refusal.reason() == Refusal.Reason.LINE_TOO_LONG;
    return bad(
        trailer ? new Refusal(Refusal.Reason.BLOCK_TOO_LARGE, "a trailer field too long") : refusal,
        Retry.UNSAFE);
  }

  /** The connection ended before the message did. */
  Bad cutOff() {
    return switch (this) {
      case CLIENT ->
          cutOff(Side.CLIENT, Kind.CLIENT_LEFT, "the client left before its request was whole");
      case ORIGIN ->
          cutOff(
              Side.ORIGIN,
              Kind.RESPONSE_INCOMPLETE,
              "the origin closed before its response was whole");
    };
  }

  private static Bad cutOff(Side side, Kind kind, String detail) {
    return new Bad(new Failure(side, kind, Retry.UNSAFE, detail));
  }

  private Bad bad(Refusal refusal, Retry retry) {
    return switch (this) {
      case CLIENT ->
          new Bad(new Failure(Side.CLIENT, requestKind(refusal), retry, refusal.detail()));
      case ORIGIN ->
          new Bad(new Failure(Side.ORIGIN, responseKind(refusal), retry, refusal.detail()));
    };
  }

  private static Kind requestKind(Refusal refusal) {
    return switch (refusal.reason()) {
      case MALFORMED -> Kind.MALFORMED_REQUEST;
      case BLOCK_TOO_LARGE -> Kind.HEADER_TOO_LARGE;
      case LINE_TOO_LONG -> Kind.TARGET_TOO_LONG;
      case VERSION -> Kind.UNSUPPORTED_VERSION;
      case EXPECTATION -> Kind.UNSUPPORTED_EXPECTATION;
      case CODING -> Kind.UNSUPPORTED_CODING;
    };
  }

  private static Kind responseKind(Refusal refusal) {
    return switch (refusal.reason()) {
      case MALFORMED, VERSION, EXPECTATION, CODING -> Kind.MALFORMED_RESPONSE;
      case BLOCK_TOO_LARGE, LINE_TOO_LONG -> Kind.RESPONSE_HEADER_TOO_LARGE;
    };
  }
}
