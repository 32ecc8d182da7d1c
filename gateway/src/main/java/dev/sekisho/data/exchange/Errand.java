package dev.sekisho.data.exchange;

/** What is asked for, with the one who carries it out. */
public sealed interface Errand {
  Asked asked();

  Carrier carrier();

  /** A CONNECT. */
  record Line(Asked.Line asked, LineCarrier carrier) implements Errand {}

  /** One request. */
  record Request(Asked.Url asked, RequestCarrier carrier) implements Errand {}
}
