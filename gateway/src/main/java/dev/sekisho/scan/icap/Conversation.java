package dev.sekisho.scan.icap;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One request and its answer on one connection. Two virtual threads serve it: one connects and
 * listens, one sends. The caller waits with its deadline, and closes the connection, which frees
 * whoever still hangs on it.
 */
final class Conversation {
  private final IcapConnection connection;
  private final Sending.Request request;
  private final Listener listener;
  private final CompletableFuture<Listener.Answered> result = new CompletableFuture<>();

  private Conversation(IcapConnection connection, Sending.Request request, Listener listener) {
    this.connection = connection;
    this.request = request;
    this.listener = listener;
  }

  /**
   * Never reads the body any more once it has returned or thrown. The connection can be used again
   * where the answer says so, and is closed otherwise.
   */
  static Listener.Answered hold(
      IcapConnection connection, Sending.Request request, Listener listener, long deadline)
      throws IOException, InterruptedException {
    var conversation = new Conversation(connection, request, listener);
    Thread thread = Thread.ofVirtual().name("icap").start(() -> conversation.run(deadline));
    boolean kept = false;
    try {
      Listener.Answered answered = conversation.await(deadline);
      kept = answered.after() == Listener.After.KEEP;
      return answered;
    } finally {
      if (!kept) {
        connection.close();
        thread.interrupt();
      }
      joinThoughInterrupted(thread);
    }
  }

  private Listener.Answered await(long deadline) throws IOException, InterruptedException {
    try {
      return result.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      throw new IcapFault(
          IcapAnswer.Failure.TIMEOUT,
          connection.isConnected() ? "it did not answer in time" : "it did not accept in time");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IcapFault fault
          ? fault
          : new IOException(e.getCause() == null ? "" : e.getCause().getMessage(), e);
    }
  }

  private void run(long deadline) {
    try {
      if (!connection.isConnected()) {
        connection.connect(deadline);
      }
      result.complete(talk());
    } catch (IOException | InterruptedException | RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private Listener.Answered talk() throws IOException {
    IcapInput in = connection.in();
    in.begin();
    Sending sending = new Sending(connection.out(), request);
    Thread writer = Thread.ofVirtual().name("icap-write").start(sending);
    boolean over = false;
    try {
      Listener.Answered answered = listener.listen(in, sending);
      over = sending.isOver();
      if (answered.after() != Listener.After.LEFT && !in.isQuiet()) {
        throw IcapFault.down("it said more than one answer");
      }
      return over
          ? answered
          : new Listener.Answered(answered.head(), answered.answer(), Listener.After.CLOSE);
    } finally {
      sending.stop();
      if (!over) {
        connection.close();
      }
      joinThoughInterrupted(writer);
    }
  }

  private static void joinThoughInterrupted(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
