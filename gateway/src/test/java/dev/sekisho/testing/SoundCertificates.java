package dev.sekisho.testing;

import static dev.sekisho.testing.CertificateWorkshop.authority;
import static dev.sekisho.testing.CertificateWorkshop.dns;
import static dev.sekisho.testing.CertificateWorkshop.ip;
import static dev.sekisho.testing.CertificateWorkshop.keys;
import static dev.sekisho.testing.CertificateWorkshop.origin;

import dev.sekisho.testing.CertificateWorkshop.Made;
import dev.sekisho.testing.TlsOrigin.ClientCertificate;
import dev.sekisho.testing.TlsOrigin.Manner;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;

/** What origins may show that has to be believed, however odd it is. */
public final class SoundCertificates {
  public static final String HOST = "www.good.example";
  public static final Made ROOT = authority("Test Root").selfSigned();
  public static final Made MIDDLE = authority("Test Middle").signedBy(ROOT);
  public static final Made LEAF = origin(HOST).signedBy(ROOT);
  private static final Made ITSELF = origin("itself.example").selfSigned();

  private SoundCertificates() {}

  /**
   * What a sound origin shows.
   *
   * @param host what the client wants to reach
   */
  public record Sound(String name, String host, Manner manner, List<Made> shown) {
    public List<X509Certificate> chain() {
      return shown.stream().map(Made::certificate).toList();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** What has to be trusted for that. */
  public static List<X509Certificate> roots() {
    return List.of(ROOT.certificate(), ITSELF.certificate());
  }

  /** All of them; every name says what is special. */
  public static List<Sound> all() {
    Made crossed = authority("Crossed").signedBy(authority("Elsewhere").selfSigned());
    Made crossedHere = authority("Crossed").keys(crossed.keys()).signedBy(ROOT);
    Made bound = authority("Bound").permitted(dns("good.example")).signedBy(ROOT);
    Made second = authority("Second Middle").signedBy(MIDDLE);
    Made expiredTwin =
        authority("Twin").from(Instant.EPOCH).to(Instant.now().minusSeconds(60)).signedBy(ROOT);
    Made freshTwin = authority("Twin").keys(expiredTwin.keys()).signedBy(ROOT);
    List<Sound> all =
        new ArrayList<>(
            List.of(
                sound("RSA 2048", HOST, origin(HOST).keys(keys("RSA", "2048")).signedBy(ROOT)),
                sound("RSA 4096", HOST, origin(HOST).keys(keys("RSA", "4096")).signedBy(ROOT)),
                sound("EC P-256", HOST, LEAF),
                sound("EC P-384", HOST, origin(HOST).keys(keys("EC", "secp384r1")).signedBy(ROOT)),
                sound("wildcard", HOST, origin("*.good.example").signedBy(ROOT)),
                sound("upper case", HOST, origin("WWW.Good.Example").signedBy(ROOT)),
                sound(
                    "IPv4 address",
                    "192.0.2.7",
                    origin("x").alternatives(List.of(ip("192.0.2.7"))).signedBy(ROOT)),
                sound(
                    "IPv6 address",
                    "2001:db8::7",
                    origin("x").alternatives(List.of(ip("2001:db8::7"))).signedBy(ROOT)),
                sound(
                    "international name",
                    "bücher.example",
                    origin("xn--bcher-kva.example").signedBy(ROOT)),
                sound("intermediate", HOST, origin(HOST).signedBy(MIDDLE), MIDDLE),
                sound("two intermediates", HOST, origin(HOST).signedBy(second), second, MIDDLE),
                sound("wrong order", HOST, origin(HOST).signedBy(second), MIDDLE, second),
                sound("with the root", HOST, origin(HOST).signedBy(MIDDLE), MIDDLE, ROOT),
                sound("with others that do not belong", HOST, LEAF, ITSELF, second, crossed),
                sound("cross-signed", HOST, origin(HOST).signedBy(crossed), crossed, crossedHere),
                sound(
                    "expired twin", HOST, origin(HOST).signedBy(freshTwin), expiredTwin, freshTwin),
                sound("name constraints that permit", HOST, origin(HOST).signedBy(bound), bound),
                sound("trusted as it stands", "itself.example", ITSELF)));
    all.addAll(manners());
    return all;
  }

  private static List<Sound> manners() {
    return List.of(
        sound(
            "without usages",
            HOST,
            origin(HOST)
                .without(Extension.keyUsage)
                .without(Extension.extendedKeyUsage)
                .signedBy(ROOT)),
        new Sound(
            "RSA key usage",
            HOST,
            Manner.USUAL,
            List.of(
                origin(HOST)
                    .keys(keys("RSA", "2048"))
                    .usage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment)
                    .signedBy(ROOT))),
        new Sound("TLS 1.2 only", HOST, Manner.USUAL.only("TLSv1.2"), List.of(LEAF)),
        new Sound("TLS 1.3 only", HOST, Manner.USUAL.only("TLSv1.3"), List.of(LEAF)),
        new Sound(
            "ALPN http/1.1",
            HOST,
            new Manner(
                Manner.USUAL.versions(), ClientCertificate.NOT_ASKED, List.of("h2", "http/1.1")),
            List.of(LEAF)),
        new Sound(
            "asks for a client certificate and goes on without",
            HOST,
            Manner.USUAL.asking(ClientCertificate.WANTED),
            List.of(LEAF)));
  }

  private static Sound sound(String name, String host, Made... shown) {
    return new Sound(name, host, Manner.USUAL, List.of(shown));
  }
}
