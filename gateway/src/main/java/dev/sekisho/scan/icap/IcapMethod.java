package dev.sekisho.scan.icap;

/** What is given to a service. */
public enum IcapMethod {
  /** A request, before an origin sees it. */
  REQMOD,
  /** A response, before a client sees it. */
  RESPMOD
}
