package dev.sekisho.scan.icap;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * A request on its way, on a thread of its own: the server may answer while the body is still being
 * sent. After a preview it waits until it is told to go on or to stop. Each state is entered before
 * its last byte is sent, since the answer may be here before this thread goes on.
 */
final class Sending implements Runnable {
  private static final int CHUNK = 64 << 10;
  private static final byte[] END = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END_IN_PREVIEW =
      "0; ieof\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** How far it is. */
  enum Progress {
    /** The server has nothing of the body, or not all of the preview. */
    BEGUN,
    /** The server has the preview, which is not all, and is to say whether it wants the rest. */
    PREVIEW,
    /** The server gets the body, or what follows the preview. */
    REST,
    ENDED
  }

  /**
   * What is sent.
   *
   * @param preview how much is sent first, if not all
   * @param body none where the head is all
   */
  record Request(byte[] head, OptionalInt preview, Optional<Content> body) {}

  private final OutputStream out;
  private final Request request;
  private final CompletableFuture<Boolean> goOn = new CompletableFuture<>();
  private volatile Progress progress = Progress.BEGUN;

  Sending(OutputStream out, Request request) {
    this.out = out;
    this.request = request;
  }

  Progress progress() {
    return progress;
  }

  /** Whether the server has what it asked for: all, or a preview and no word to go on. */
  boolean isOver() {
    return switch (progress) {
      case BEGUN, REST -> false;
      case PREVIEW, ENDED -> true;
    };
  }

  /** Whether the server was to see a preview first. */
  boolean previews() {
    return request.preview.isPresent();
  }

  /** The server wants the rest. */
  void goOn() {
    progress = Progress.REST;
    goOn.complete(true);
  }

  /** The server wants no more. */
  void stop() {
    goOn.complete(false);
  }

  @Override
  public void run() {
    try {
      out.write(request.head);
      if (request.body.isPresent()) {
        send(request.body.get());
      } else {
        progress = Progress.ENDED;
        out.flush();
      }
    } catch (IOException | RuntimeException _) {
      // It closed its side. Why, is in its answer, or nowhere: the reader knows.
    }
  }

  private void send(Content body) throws IOException {
    try (InputStream in = body.open()) {
      if (request.preview.isEmpty()) {
        rest(in, new byte[0], 0);
        return;
      }
      int size = request.preview.getAsInt();
      byte[] first = in.readNBytes(size + 1);
      chunk(first, 0, Math.min(size, first.length));
      if (first.length <= size) {
        end(END_IN_PREVIEW);
        return;
      }
      progress = Progress.PREVIEW;
      out.write(END);
      out.flush();
      if (goOn.join()) {
        rest(in, first, size);
      }
    }
  }

  private void rest(InputStream in, byte[] first, int from) throws IOException {
    progress = Progress.REST;
    chunk(first, from, first.length - from);
    byte[] buffer = new byte[CHUNK];
    for (int count = in.readNBytes(buffer, 0, CHUNK);
        count > 0;
        count = in.readNBytes(buffer, 0, CHUNK)) {
      chunk(buffer, 0, count);
    }
    end(END);
  }

  private void end(byte[] last) throws IOException {
    progress = Progress.ENDED;
    out.write(last);
    out.flush();
  }

  private void chunk(byte[] from, int offset, int length) throws IOException {
    if (length > 0) {
      out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(from, offset, length);
      out.write('\r');
      out.write('\n');
    }
  }
}
