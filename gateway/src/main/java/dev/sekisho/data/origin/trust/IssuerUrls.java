package dev.sekisho.data.origin.trust;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a certificate says that its issuer's may be fetched: caIssuers in authorityInfoAccess (RFC
 * 5280 §4.2.2.1). The JDK has no public reader for it.
 */
final class IssuerUrls {
  private static final String AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
  private static final byte[] CA_ISSUERS = {0x2b, 6, 1, 5, 5, 7, 0x30, 2};
  private static final int OCTETS = 0x04;
  private static final int OBJECT_ID = 0x06;
  private static final int SEQUENCE = 0x30;
  private static final int URI_NAME = 0x86;
  private static final int MOST = 4;

  private IssuerUrls() {}

  static List<URI> of(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(AUTHORITY_INFO_ACCESS);
    List<URI> urls = new ArrayList<>();
    if (extension == null) {
      return urls;
    }
    try {
      Der descriptions = new Der(extension).enter(OCTETS).enter(SEQUENCE);
      while (descriptions.more() && urls.size() < MOST) {
        Der description = descriptions.enter(SEQUENCE);
        boolean issuers = Arrays.equals(description.enter(OBJECT_ID).rest(), CA_ISSUERS);
        if (issuers && description.next() == URI_NAME) {
          urls.add(
              URI.create(
                  new String(description.enter(URI_NAME).rest(), StandardCharsets.US_ASCII)));
        }
      }
    } catch (IllegalArgumentException _) {
      // what cannot be read leads nowhere; the certificate itself is judged elsewhere
    }
    return urls;
  }

  /** A part of a DER text; reading beyond it is an IllegalArgumentException. */
  private static final class Der {
    private final byte[] bytes;
    private int at;

    Der(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean more() {
      return at < bytes.length;
    }

    int next() {
      return more() ? bytes[at] & 0xff : -1;
    }

    byte[] rest() {
      return Arrays.copyOfRange(bytes, at, bytes.length);
    }

    /** The content of the next element, which must have this tag; goes on behind it. */
    Der enter(int tag) {
      if (next() != tag) {
        throw new IllegalArgumentException("another element");
      }
      at++;
      int length = length();
      if (length > bytes.length - at) {
        throw new IllegalArgumentException("cut off");
      }
      Der inside = new Der(Arrays.copyOfRange(bytes, at, at + length));
      at += length;
      return inside;
    }

    private int length() {
      int first = octet();
      if (first < 0x80) {
        return first;
      }
      if (first > 0x82) {
        throw new IllegalArgumentException("too long");
      }
      int length = 0;
      for (int i = 0; i < first - 0x80; i++) {
        length = length << 8 | octet();
      }
      return length;
    }

    private int octet() {
      if (!more()) {
        throw new IllegalArgumentException("cut off");
      }
      return bytes[at++] & 0xff;
    }
  }
}
