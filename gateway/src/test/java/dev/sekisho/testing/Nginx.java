package dev.sekisho.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** An nginx of our own on a free port of loopback, with its files in a folder of the test's. */
public final class Nginx implements Closeable {
  private final Process process;
  private final int port;

  private Nginx(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Serves the files in {@code folder/www}; {@code /put/} takes uploads into it.
   *
   * @param folder a temporary one
   */
  public static Nginx serving(Path folder) throws IOException, InterruptedException {
    int port = freePort();
    Files.createDirectories(folder.resolve("www/put"));
    Path config =
        Files.writeString(
            folder.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            worker_processes 1;
            pid DIR/nginx.pid;
            error_log DIR/error.log warn;
            events { worker_connections 256; }
            http {
              access_log off;
              types { text/plain txt; text/html html; application/octet-stream bin; }
              client_body_temp_path DIR/body;
              proxy_temp_path DIR/proxy;
              fastcgi_temp_path DIR/fastcgi;
              uwsgi_temp_path DIR/uwsgi;
              scgi_temp_path DIR/scgi;
              client_max_body_size 16m;
              large_client_header_buffers 4 32k;
              gzip_types text/plain;
              server {
                listen 127.0.0.1:PORT;
                root DIR/www;
                location /zipped/ { alias DIR/www/; gzip on; gzip_min_length 1; gzip_proxied any; }
                location /put/ { dav_methods PUT DELETE; create_full_put_path on; }
                location /small/ { client_max_body_size 1k; dav_methods PUT; }
                location /moved { return 301 /a.txt; }
                location /teapot { return 418 "short and stout\\n"; }
                location /gone { return 410; }
                location /locked { return 401; }
                location /broken { return 500 "broken\\n"; }
                location /nothing { return 204; }
                location /closing/ { alias DIR/www/; keepalive_timeout 0; }
                location /echo { return 200 "$request_method $request_uri $http_x_test\\n"; }
              }
            }
            """
                .replace("DIR", folder.toString())
                .replace("PORT", Integer.toString(port)));
    return start(folder, config, port);
  }

  /**
   * Serves the files in {@code folder/www} over TLS.
   *
   * @param folder a temporary one
   * @param more lines for the server, such as further locations
   */
  public static Nginx servingTls(Path folder, CertificateWorkshop.Made origin, String more)
      throws IOException, InterruptedException {
    int port = freePort();
    Files.createDirectories(folder.resolve("www"));
    Files.writeString(folder.resolve("origin.pem"), origin.pem());
    Files.writeString(folder.resolve("origin.key"), origin.keyPem());
    Path config =
        Files.writeString(
            folder.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            worker_processes 1;
            pid DIR/nginx.pid;
            error_log DIR/error.log warn;
            events { worker_connections 256; }
            http {
              access_log off;
              types { text/plain txt; text/html html; application/xml xml pom; }
              default_type application/octet-stream;
              client_body_temp_path DIR/body;
              proxy_temp_path DIR/proxy;
              fastcgi_temp_path DIR/fastcgi;
              uwsgi_temp_path DIR/uwsgi;
              scgi_temp_path DIR/scgi;
              server {
                listen 127.0.0.1:PORT ssl;
                ssl_certificate DIR/origin.pem;
                ssl_certificate_key DIR/origin.key;
                root DIR/www;
                MORE
              }
            }
            """
                .replace("MORE", more)
                .replace("DIR", folder.toString())
                .replace("PORT", Integer.toString(port)));
    return start(folder, config, port);
  }

  private static Nginx start(Path folder, Path config, int port)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "/usr/sbin/nginx",
                "-p",
                folder.toString(),
                "-c",
                config.toString(),
                "-e",
                folder + "/error.log")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output.log").toFile())
            .start();
    Nginx nginx = new Nginx(process, port);
    nginx.awaitReady(folder);
    return nginx;
  }

  public String authority() {
    return "127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  private void awaitReady(Path folder) throws IOException, InterruptedException {
    for (int i = 0; i < 500 && process.isAlive(); i++) {
      try (Socket probe = new Socket()) {
        probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException _) {
        Thread.sleep(20);
      }
    }
    close();
    throw new AssertionError(
        "nginx does not listen: " + Files.readString(folder.resolve("output.log")));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted while nginx ended", e));
    }
  }
}
