package dev.sekisho.data.listen;

/** The exchange under way on a client connection, as that connection sees it. */
sealed interface Carried permits ConnectCarrier, HttpCarrier {
  void begin();

  /** More of the request's body may have arrived. */
  default void pump() {}

  /** What was read so far has been taken: a good moment to flush towards the origin. */
  default void flushUp() {}

  default void clientWritable() {}

  void clientLeft();

  /** The time limit of the phase it is in is over. */
  void expired();

  /** Lets go of a connection inside that carries nothing, as at shutdown. */
  default void closeIfIdle() {}

  /** The gateway is being shut down. */
  void drained();

  void defect(Throwable cause);

  /** Ends a tunnel from our side. */
  void endTunnel();
}
