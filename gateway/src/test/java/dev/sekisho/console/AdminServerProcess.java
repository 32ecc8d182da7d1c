package dev.sekisho.console;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An admin server in a process of its own, because the JDK reads its limits once in a process's
 * life. Prints its port; ends when its input ends.
 */
final class AdminServerProcess {
  private static final Metrics METRICS = new Metrics();

  private AdminServerProcess() {}

  public static void main(String[] args) throws Exception {
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (AdminServer server =
        AdminServer.admin(
            anyPort,
            Readiness.Ready::new,
            METRICS,
            new CertificateRefusals(METRICS),
            java.util.List::of)) {
      System.out.println(server.address().getPort());
      while (System.in.read() >= 0) {
        // until whoever started this is gone
      }
    }
  }
}
