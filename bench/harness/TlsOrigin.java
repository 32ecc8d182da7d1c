package harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * nginx again, over TLS, in a process of its own: 1 KiB from memory, and a page of a hundred images
 * from files. Its certificate comes from an authority made for the run, which the proxies are told
 * to trust. It is nicer than everything else on its core, so that the handshakes it takes part in
 * do not stand before plain requests whose latency is measured.
 */
final class TlsOrigin implements AutoCloseable {
  /** Every name directly below it is this origin's, and loopback by RFC 6761. */
  static final String WILDCARD = "mint.localhost";

  static final int PAGE_OBJECTS = 100;
  static final int OBJECT_BYTES = 4096;
  private static final byte[] GIF =
      Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

  final int port;
  final Path authority;
  private final Process nginx;

  TlsOrigin(Testbed bed) throws IOException, InterruptedException {
    Path folder = bed.folderFor("nginx-tls", Account.OURS);
    authority = folder.resolve("origin-ca.pem");
    certificates(bed, folder);
    page(Files.createDirectory(folder.resolve("page")));
    port = Testbed.freePort();
    nginx = start(bed, folder, port);
  }

  static String origin(String host, int port) {
    return host + ":" + port;
  }

  private static void certificates(Testbed bed, Path folder)
      throws IOException, InterruptedException {
    Path conf = folder.resolve("openssl.cnf");
    Files.writeString(
        conf,
        """
        [req]
        distinguished_name = none
        [none]
        [authority]
        basicConstraints = critical, CA:TRUE
        keyUsage = critical, keyCertSign
        subjectKeyIdentifier = hash
        [leaf]
        basicConstraints = critical, CA:FALSE
        keyUsage = critical, digitalSignature
        extendedKeyUsage = serverAuth
        subjectKeyIdentifier = hash
        authorityKeyIdentifier = keyid
        subjectAltName = DNS:%s, DNS:*.%s
        """
            .formatted(Origins.HOST, WILDCARD));
    certificate(bed, conf, folder, "origin-ca", "authority", List.of());
    certificate(
        bed,
        conf,
        folder,
        "origin",
        "leaf",
        List.of("-CA", folder + "/origin-ca.pem", "-CAkey", folder + "/origin-ca.key"));
  }

  private static void certificate(
      Testbed bed, Path conf, Path folder, String name, String section, List<String> signer)
      throws IOException, InterruptedException {
    String made =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -config %s"
            + " -extensions %s -subj /CN=%s -keyout %s/%s.key -out %s/%s.pem";
    String command = made.formatted(conf, section, name, folder, name, folder, name);
    bed.run(
        Testbed.Core.LOAD,
        Account.OURS,
        Stream.concat(List.of(command.split(" ")).stream(), signer.stream()).toList());
  }

  /**
   * Images, because a browser asks for all of them at once and lets the load event wait for the
   * last. What follows a GIF's end is passed over.
   */
  private static void page(Path folder) throws IOException {
    byte[] object = ByteBuffer.allocate(OBJECT_BYTES).put(GIF).array();
    for (int i = 0; i < PAGE_OBJECTS; i++) {
      Files.write(folder.resolve(i + ".gif"), object);
    }
    String images =
        IntStream.range(0, PAGE_OBJECTS)
            .mapToObj("<img src=\"%d.gif\">"::formatted)
            .collect(Collectors.joining("\n"));
    Files.writeString(
        folder.resolve("index.html"),
        """
        <!doctype html>
        <html><head><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
        <script>
        addEventListener("load", () => {
          const whole = [...document.images].filter(i => i.naturalWidth === 1).length;
          document.title = "load " + performance.now() + " images " + whole;
        });
        </script></head><body>
        %s
        </body></html>
        """
            .formatted(images));
  }

  private static Process start(Testbed bed, Path folder, int port) throws IOException {
    Path conf = folder.resolve("nginx.conf");
    Files.writeString(
        conf,
        """
        daemon off;
        master_process off;
        pid %1$s/nginx.pid;
        error_log %1$s/error.log;
        events { worker_connections 4096; }
        http {
          access_log off;
          keepalive_requests 1000000000;
          keepalive_timeout 600s;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          types { text/html html; image/gif gif; }
          open_file_cache max=200;
          server {
            listen 127.0.0.1:%2$d ssl backlog=4096;
            ssl_certificate %1$s/origin.pem;
            ssl_certificate_key %1$s/origin.key;
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_session_cache shared:bench:16m;
            location = /1k { return 200 "%3$s"; }
            location / { root %1$s/page; }
          }
        }
        """
            .formatted(folder, port, "x".repeat(Origins.BODY_BYTES)));
    return bed.start(
        Testbed.Core.LOAD,
        Account.OURS,
        folder.resolve("out"),
        List.of("nice", "-n", "5", "nginx", "-c", conf.toString(), "-p", folder.toString()));
  }

  @Override
  public void close() {
    Testbed.end(nginx);
  }
}
