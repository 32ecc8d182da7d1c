package dev.sekisho.data.exchange;

import java.util.Locale;

/** The phases of an exchange, in the order in which it passes through them. */
public enum Phase {
  /** What the client said about itself is checked. */
  IDENTIFY,
  /** Policy decides on what is known from the request. */
  DECIDE,
  /** How the origin is reached. */
  ROUTE,
  /** The name becomes addresses. */
  RESOLVE,
  /** Every address is judged, and policy decides again if it asked for them. */
  CHECK,
  /** The journal is told, before the first byte goes to the origin. */
  RECORD,
  /** What comes through a CONNECT is opened, where policy needs to see it. */
  OPEN,
  /** The request's body is scanned. */
  SCAN_UPLOAD,
  /** The answer may be kept already. */
  RECALL,
  /** A connection to one of the judged addresses. */
  DIAL,
  /** The request goes out; its response is awaited. */
  FORWARD,
  /** Policy decides on the response, if it asked to see it. */
  JUDGE,
  /** The response's body is scanned. */
  SCAN_DOWNLOAD,
  /** The response, or the tunnel, reaches the client. */
  DELIVER,
  /** Everything was delivered. */
  DONE;

  private static final Phase[] ORDER = values();

  /** The phase after this one. */
  Phase next() {
    return ORDER[ordinal() + 1];
  }

  /** As written in the journal. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
