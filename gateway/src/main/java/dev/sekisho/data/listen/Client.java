package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Gate;
import dev.sekisho.journal.Record;
import dev.sekisho.net.IpAddress;

/**
 * Who is at the other end of a client connection.
 *
 * @param listener the listener's name in records
 */
record Client(IpAddress address, int port, String listener) {
  /** A record of something this client asks. */
  Record record(Record.Mode mode, long startMicros, Gate gate) {
    return new Record(
        gate.journal().newId(startMicros), startMicros, listener, mode, address.text(), port);
  }
}
