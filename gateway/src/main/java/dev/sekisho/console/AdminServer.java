package dev.sekisho.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sekisho.scan.EngineStatus;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers operators and load balancers, on threads of its own: {@code /healthz} (the process
 * lives), {@code /readyz} (send clients here), {@code /metrics} (Prometheus text format 0.0.4),
 * {@code /certificate-refusals} (who lacks the authority, as JSON), {@code /engines} (what scans
 * bodies, and how it is, as JSON).
 */
public final class AdminServer implements Closeable {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .changeDefaultPropertyInclusion(
              all -> all.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private AdminServer(InetSocketAddress address) throws IOException {
    ServerLimits.impose();
    server = HttpServer.create(address, 64);
    server.setExecutor(threads);
  }

  /** Everything; for loopback and operators' networks. */
  public static AdminServer admin(
      InetSocketAddress address,
      Supplier<Readiness> readiness,
      Metrics metrics,
      CertificateRefusals refusals,
      Supplier<List<EngineStatus>> engines)
      throws IOException {
    AdminServer admin = new AdminServer(address);
    admin.page("/healthz", exchange -> answer(exchange, 200, "alive\n"));
    admin.page("/readyz", exchange -> ready(exchange, readiness));
    admin.page("/metrics", exchange -> metrics(exchange, metrics));
    admin.page("/certificate-refusals", exchange -> json(exchange, refusals.lines()));
    admin.page("/engines", exchange -> json(exchange, engines.get()));
    admin.server.start();
    return admin;
  }

  /** {@code /readyz} alone; for load balancers. */
  public static AdminServer health(InetSocketAddress address, Supplier<Readiness> readiness)
      throws IOException {
    AdminServer health = new AdminServer(address);
    health.page("/readyz", exchange -> ready(exchange, readiness));
    health.server.start();
    return health;
  }

  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private interface Page {
    void answer(HttpExchange exchange) throws IOException;
  }

  /**
   * Exactly this path by GET or HEAD; the library's contexts would also match everything below it.
   */
  private void page(String path, Page page) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(path)) {
              answer(exchange, 404, "There is no such page here.\n");
            } else if (exchange.getRequestMethod().equals("GET")
                || exchange.getRequestMethod().equals("HEAD")) {
              page.answer(exchange);
            } else {
              exchange.getResponseHeaders().set("Allow", "GET, HEAD");
              answer(exchange, 405, "Only GET and HEAD are answered here.\n");
            }
          }
        });
  }

  private static void ready(HttpExchange exchange, Supplier<Readiness> readiness)
      throws IOException {
    switch (readiness.get()) {
      case Readiness.Ready _ -> answer(exchange, 200, "ready\n");
      case Readiness.NotReady(String reason) ->
          answer(exchange, 503, "not ready: " + reason + "\n");
    }
  }

  private static void metrics(HttpExchange exchange, Metrics metrics) throws IOException {
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    exchange.getResponseHeaders().set("Content-Type", writer.getContentType());
    exchange.sendResponseHeaders(200, 0);
    writer.write(exchange.getResponseBody(), metrics.registry().scrape());
  }

  private static void json(HttpExchange exchange, Object content) throws IOException {
    answer(exchange, 200, "application/json", JSON.writeValueAsString(content) + "\n");
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    answer(exchange, status, "text/plain; charset=utf-8", text);
  }

  private static void answer(HttpExchange exchange, int status, String contentType, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", contentType);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
    if (!head) {
      exchange.getResponseBody().write(bytes);
    }
  }
}
