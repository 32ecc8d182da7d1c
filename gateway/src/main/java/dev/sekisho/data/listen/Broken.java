package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.exchange.Failure.Kind;
import dev.sekisho.data.exchange.Failure.Side;
import dev.sekisho.data.exchange.Phase;
import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.data.relay.Tunnels;
import dev.sekisho.data.websocket.Sender;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * The ways in which an exchange breaks off on its sockets. Once it has begun, none of them says
 * what the origin did by then, so none may be repeated.
 */
final class Broken {
  static final Failure HEAD_IS_LATE =
      new Failure(
          Side.CLIENT,
          Kind.REQUEST_TIMEOUT,
          Failure.Retry.SAFE,
          "The request's head did not arrive in time.");
  static final Failure NO_ANSWER =
      failure(Side.ORIGIN, Kind.READ_TIMEOUT, "The origin did not answer in time.");
  static final Failure ENDED_AT_ONCE =
      failure(
          Side.ORIGIN,
          Kind.CONNECTION_LOST,
          "The origin ended its connection before it was asked.");
  static final Failure RESPONSE_STOPPED =
      failure(Side.ORIGIN, Kind.READ_TIMEOUT, "The response's body stopped arriving.");
  static final Failure ORIGIN_STOPPED_TAKING =
      failure(Side.ORIGIN, Kind.WRITE_TIMEOUT, "The origin stopped taking the request's body.");
  static final Failure UNASKED_SWITCH =
      failure(
          Side.ORIGIN,
          Kind.MALFORMED_RESPONSE,
          "The origin switched to a protocol that it was not asked for.");
  static final Failure REQUEST_STOPPED =
      failure(Side.CLIENT, Kind.REQUEST_TIMEOUT, "The request's body stopped arriving.");
  static final Failure CLIENT_STOPPED_TAKING =
      failure(Side.CLIENT, Kind.WRITE_TIMEOUT, "The client stopped taking the response.");
  static final Failure SHUT_DOWN =
      failure(
          Side.GATEWAY, Kind.DRAINING, "The gateway was shut down before the exchange was over.");
  static final Failure REPLACED_TOO_LATE =
      failure(
          Side.GATEWAY,
          Kind.NOT_SCANNED,
          "The scanner changed the content after a part of it had gone to the client; a rule with"
              + " deliver: hold prevents that.");
  static final Failure PART_NOT_WHOLE =
      failure(
          Side.GATEWAY,
          Kind.NOT_SCANNED,
          "The whole could not be scanned after a part of it had gone to the client.");
  static final Failure MESSAGE_REPLACED =
      failure(
          Side.GATEWAY,
          Kind.NOT_SCANNED,
          "The scanner changed a message of a WebSocket, which cannot be handed on changed.");
  static final Failure NO_LIMIT_HERE =
      failure(Side.GATEWAY, Kind.DEFECT, "A time limit ran out in a phase that has none.");

  private Broken() {}

  /** The time limit of a request's phase is over. */
  static Failure outOfTime(Phase phase, Supplier<Failure> sending, Supplier<Failure> delivering) {
    return switch (phase) {
      case FORWARD -> sending.get();
      case DELIVER -> delivering.get();
      case IDENTIFY,
          DECIDE,
          ROUTE,
          RESOLVE,
          CHECK,
          RECORD,
          OPEN,
          SCAN_UPLOAD,
          RECALL,
          DIAL,
          JUDGE,
          SCAN_DOWNLOAD,
          DONE ->
          NO_LIMIT_HERE;
    };
  }

  /** What was held cannot be read. */
  static Failure unspooled(IOException cause) {
    return failure(
        Side.GATEWAY,
        Kind.NOT_SCANNED,
        "What was held for the scanner cannot be read any more: " + cause.getMessage() + ".");
  }

  /** A side of a WebSocket breaks its rules. */
  static Failure frames(Sender by, String rule) {
    return switch (by) {
      case CLIENT ->
          failure(Side.CLIENT, Kind.MALFORMED_REQUEST, "The client breaks the WebSocket: " + rule);
      case ORIGIN ->
          failure(Side.ORIGIN, Kind.MALFORMED_RESPONSE, "The origin breaks the WebSocket: " + rule);
    };
  }

  /** A side of a WebSocket is gone. */
  static Failure cutMessage(Sender by) {
    return switch (by) {
      case CLIENT ->
          failure(
              Side.CLIENT, Kind.CONNECTION_LOST, "The client closed its connection in a message.");
      case ORIGIN ->
          failure(
              Side.ORIGIN, Kind.CONNECTION_LOST, "The origin closed its connection in a message.");
    };
  }

  static Failure defect(Throwable cause) {
    return failure(
        Side.GATEWAY,
        Kind.DEFECT,
        "A defect in the gateway: " + cause.getClass().getSimpleName() + ".");
  }

  /** The connection to the origin broke. */
  static Failure lost(
      Kind kind, String detail, OriginConnection.Received received, Failure.Retry retry) {
    boolean within =
        received == OriginConnection.Received.SOMETHING && kind == Kind.CONNECTION_LOST;
    return new Failure(Side.ORIGIN, within ? Kind.RESPONSE_INCOMPLETE : kind, retry, detail);
  }

  /**
   * @throws IllegalArgumentException for a tunnel that was closed in order
   */
  static Failure tunnel(Tunnels.Cause cause) {
    return switch (cause) {
      case CLIENT_RESET ->
          failure(Side.CLIENT, Kind.CONNECTION_LOST, "The client reset the tunnel.");
      case ORIGIN_RESET ->
          failure(Side.ORIGIN, Kind.CONNECTION_LOST, "The origin reset the tunnel.");
      case IDLE ->
          failure(Side.GATEWAY, Kind.IDLE_TIMEOUT, "Nothing moved in the tunnel for too long.");
      case ENDED -> failure(Side.GATEWAY, Kind.DRAINING, "The gateway was shut down.");
      case FAILED -> failure(Side.GATEWAY, Kind.DEFECT, "The tunnel's pump failed.");
      case CLOSED ->
          throw new IllegalArgumentException("a tunnel that was closed in order did not break");
    };
  }

  private static Failure failure(Side side, Kind kind, String detail) {
    return new Failure(side, kind, Failure.Retry.UNSAFE, detail);
  }
}
