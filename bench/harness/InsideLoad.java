package harness;

import java.io.IOException;
import java.util.function.Supplier;

/** The clients' side of inspected HTTPS. */
final class InsideLoad {
  /** As many at once as make a proxy's core busy while the load's core keeps up. */
  static final int DIALLING = 16;

  /**
   * @param cpuMicrosEach of the proxy, for one request or one connection
   * @param busy share of its core the proxy used, 1 = all of it
   */
  record Done(
      long count,
      double cpuMicrosEach,
      double perSecond,
      double busy,
      double p50Micros,
      double p99Micros) {}

  private InsideLoad() {}

  static Caller.Way.Inside way(Origins origins, OpenSsl tls) {
    return new Caller.Way.Inside(tls, Origins.HOST, origins.inside.port);
  }

  static OpenSsl believing(Proxy proxy) throws IOException {
    return new OpenSsl(proxy.subject.authority(proxy.launch));
  }

  /**
   * Keep-alive requests for 1 KiB over {@value Load#CONNECTIONS} inspected connections; opening
   * them is not counted.
   */
  static Done requests(Origins origins, Proxy proxy, double seconds) throws IOException {
    try (OpenSsl tls = believing(proxy);
        Callers callers = new Callers(proxy.launch.port())) {
      callers.dial(Load.CONNECTIONS, way(origins, tls));
      callers.askAgain(0);
      return counted(proxy, callers, () -> callers.askAgain(seconds));
    } catch (IOException e) {
      throw named(proxy, e);
    }
  }

  /**
   * New connections, {@value #DIALLING} at once: CONNECT, a full handshake, one request, the end.
   */
  static Done connections(Origins origins, Proxy proxy, double seconds) throws IOException {
    try (OpenSsl tls = believing(proxy);
        Callers callers = new Callers(proxy.launch.port())) {
      Supplier<Caller.Way> way = () -> way(origins, tls);
      return counted(proxy, callers, () -> callers.dialAgain(DIALLING, way, seconds));
    } catch (IOException e) {
      throw named(proxy, e);
    }
  }

  private interface Counting {
    long run() throws IOException;
  }

  private static Done counted(Proxy proxy, Callers callers, Counting work) throws IOException {
    callers.latencies().clear();
    long cpu = proxy.cpuNanos();
    long began = System.nanoTime();
    long count = work.run();
    double wall = System.nanoTime() - began;
    double used = proxy.cpuNanos() - cpu;
    if (count == 0) {
      throw new IOException("nothing was answered");
    }
    return new Done(
        count,
        used / 1e3 / count,
        count * 1e9 / wall,
        used / wall,
        callers.latencies().micros(0.5),
        callers.latencies().micros(0.99));
  }

  private static IOException named(Proxy proxy, IOException e) {
    return new IOException(proxy.subject.name() + ": " + e.getMessage(), e);
  }
}
