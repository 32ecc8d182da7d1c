package dev.sekisho.scan.icap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The addresses of one host. A name is looked up by the system, which blocks its thread in native
 * code: so it gets one of the kernel's, and everybody who waits for the same name the same one.
 */
final class Addresses {
  private final String host;
  private final AtomicReference<CompletableFuture<List<InetAddress>>> asking =
      new AtomicReference<>(CompletableFuture.completedFuture(List.of()));

  Addresses(String host) {
    this.host = host;
  }

  private static boolean isLiteral(String host) {
    return host.contains(":") || host.matches("[0-9.]+");
  }

  /** Whether a literal is a whole one; names are not looked up. */
  static boolean canBe(String host) {
    if (!isLiteral(host)) {
      return true;
    }
    if (!host.contains(":") && host.split("\\.", -1).length != 4) {
      return false;
    }
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** Never empty. */
  List<InetAddress> find() throws IOException, InterruptedException {
    if (isLiteral(host)) {
      return List.of(InetAddress.ofLiteral(host));
    }
    try {
      return begun().get();
    } catch (ExecutionException e) {
      throw new IOException("its name " + host + " has no address", e);
    }
  }

  private CompletableFuture<List<InetAddress>> begun() {
    CompletableFuture<List<InetAddress>> mine = new CompletableFuture<>();
    CompletableFuture<List<InetAddress>> current =
        asking.updateAndGet(before -> before.isDone() ? mine : before);
    if (current == mine) {
      Thread.ofPlatform().daemon().name("icap-resolve").start(() -> look(mine));
    }
    return current;
  }

  private void look(CompletableFuture<List<InetAddress>> into) {
    try {
      into.complete(List.of(InetAddress.getAllByName(host)));
    } catch (UnknownHostException | RuntimeException e) {
      into.completeExceptionally(e);
    }
  }
}
