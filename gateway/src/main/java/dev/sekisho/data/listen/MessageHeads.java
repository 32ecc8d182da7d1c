package dev.sekisho.data.listen;

import dev.sekisho.scan.HeadField;
import dev.sekisho.scan.Scanner;
import java.util.List;
import java.util.Optional;

/**
 * Heads for an engine that cannot look at a message without them (ICAP): the request that asked for
 * the WebSocket, and around what the origin says a bare answer.
 */
record MessageHeads(ScannedHeads asking, Scanner.Direction direction) implements Scanner.Heads {
  private static final Scanner.Head ANSWER =
      new Scanner.Head(
          "HTTP/1.1 200 OK", List.of(new HeadField("Content-Type", "application/octet-stream")));

  /** What a client says is a body, which a GET has not. */
  @Override
  public Scanner.Head request() {
    Scanner.Head head = asking.request();
    return switch (direction) {
      case UP -> new Scanner.Head("POST " + asking.asked().url() + " HTTP/1.1", head.fields());
      case DOWN -> head;
    };
  }

  @Override
  public Optional<Scanner.Head> response() {
    return switch (direction) {
      case UP -> Optional.empty();
      case DOWN -> Optional.of(ANSWER);
    };
  }

  @Override
  public String client() {
    return asking.client();
  }

  @Override
  public String user() {
    return asking.user();
  }
}
