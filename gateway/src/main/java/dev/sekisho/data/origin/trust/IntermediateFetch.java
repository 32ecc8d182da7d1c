package dev.sekisho.data.origin.trust;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sekisho.net.AddressClass;
import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import dev.sekisho.net.IpAddress;
import dev.sekisho.net.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * Fetches certificates that origins leave out. The URL comes from a certificate that nobody vouches
 * for yet, so it is an attacker's: only plain HTTP on port 80, only addresses that are globally
 * reachable and were judged before they are dialled, no redirect, 64 KiB and five seconds for all,
 * eight fetches at a time. What comes back is believed no more than what an origin sends.
 *
 * <p>The request is HTTP/1.0, so that the body ends with the connection and needs no chunks.
 */
public final class IntermediateFetch implements Intermediates {
  private static final int PORT = 80;
  private static final int MOST_BYTES = 64 * 1024;
  private static final int MOST_CERTIFICATES = 8;
  private static final int MOST_AT_A_TIME = 8;
  private static final int MOST_REMEMBERED = 1_000;
  private static final int MOST_URL = 1_000;
  private static final Duration TIME = Duration.ofSeconds(5);
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  /** Names to addresses; blocks. */
  public interface Names {
    List<IpAddress> addresses(DomainName name) throws IOException;
  }

  private final Names names;
  private final Predicate<IpAddress> reachable;
  private final int port;
  private final Semaphore room = new Semaphore(MOST_AT_A_TIME);
  private final Cache<URI, List<X509Certificate>> remembered =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(REMEMBERED).build();

  public IntermediateFetch(Names names) {
    this(names, address -> AddressClass.of(address) == AddressClass.GLOBAL, PORT);
  }

  IntermediateFetch(Names names, Predicate<IpAddress> reachable, int port) {
    this.names = names;
    this.reachable = reachable;
    this.port = port;
  }

  @Override
  public List<X509Certificate> at(URI issuer) {
    List<X509Certificate> known = remembered.getIfPresent(issuer);
    if (known != null) {
      return known;
    }
    if (!room.tryAcquire()) {
      return List.of();
    }
    List<X509Certificate> fetched;
    try {
      fetched = fetch(issuer);
    } catch (IOException | MalformedException | CertificateException _) {
      // the origin's certificate is refused then, which says enough
      fetched = List.of();
    } finally {
      room.release();
    }
    remembered.put(issuer, fetched);
    return fetched;
  }

  private List<X509Certificate> fetch(URI url)
      throws IOException, MalformedException, CertificateException {
    boolean plain =
        "http".equalsIgnoreCase(url.getScheme())
            && url.getHost() != null
            && url.getRawUserInfo() == null
            && (url.getPort() == -1 || url.getPort() == PORT)
            && url.toASCIIString().length() <= MOST_URL;
    if (!plain) {
      throw new IOException("not a URL that is fetched");
    }
    Host host = Host.parse(url.getHost());
    List<IpAddress> addresses =
        switch (host) {
          case IpAddress address -> List.of(address);
          case DomainName name -> names.addresses(name);
        };
    for (IpAddress address : addresses) {
      if (!reachable.test(address)) {
        throw new IOException("an address that is not reachable globally");
      }
    }
    if (addresses.isEmpty()) {
      throw new IOException("no address");
    }
    return certificates(ask(addresses.getFirst(), url));
  }

  private byte[] ask(IpAddress address, URI url) throws IOException {
    long deadline = System.nanoTime() + TIME.toNanos();
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    String request =
        "GET " + path + query + " HTTP/1.0\r\nHost: " + url.getHost() + "\r\nAccept: */*\r\n\r\n";
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(address.bytes()), port),
          (int) TIME.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return body(everything(socket, deadline));
    }
  }

  private static byte[] everything(Socket socket, long deadline) throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    while (true) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException("out of time");
      }
      socket.setSoTimeout((int) left);
      int read = in.read(buffer);
      if (read < 0) {
        return all.toByteArray();
      }
      all.write(buffer, 0, read);
      if (all.size() > MOST_BYTES) {
        throw new IOException("too large");
      }
    }
  }

  private static byte[] body(byte[] response) throws IOException {
    String text = new String(response, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0 || !text.matches("(?s)HTTP/1\\.[01] 200[ \r].*")) {
      throw new IOException("not what was asked for");
    }
    if (text.substring(0, end).toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding:")) {
      throw new IOException("coded, though HTTP/1.0 was asked for");
    }
    return java.util.Arrays.copyOfRange(response, end + 4, response.length);
  }

  /** DER, PEM, or a bag of certificates (PKCS#7). */
  private static List<X509Certificate> certificates(byte[] body) throws CertificateException {
    List<X509Certificate> found = new ArrayList<>();
    for (Certificate certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(body))) {
      if (certificate instanceof X509Certificate x509 && found.size() < MOST_CERTIFICATES) {
        found.add(x509);
      }
    }
    return List.copyOf(found);
  }
}
