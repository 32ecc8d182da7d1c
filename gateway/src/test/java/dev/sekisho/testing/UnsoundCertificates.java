package dev.sekisho.testing;

import static dev.sekisho.testing.CertificateWorkshop.authority;
import static dev.sekisho.testing.CertificateWorkshop.dns;
import static dev.sekisho.testing.CertificateWorkshop.ip;
import static dev.sekisho.testing.CertificateWorkshop.keys;
import static dev.sekisho.testing.CertificateWorkshop.origin;

import dev.sekisho.data.origin.trust.CertificateFault.Kind;
import dev.sekisho.testing.CertificateWorkshop.Draft;
import dev.sekisho.testing.CertificateWorkshop.Made;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/** What origins may show that nobody should believe: every fault by itself. */
public final class UnsoundCertificates {
  private static final String HOST = "www.good.example";
  private static final Instant NOW = Instant.now();
  private static final Made ROOT = authority("Test Root").selfSigned();
  private static final Made MIDDLE = authority("Test Middle").signedBy(ROOT);
  private static final Made OWN = TestGateway.authority();
  private static final Made OWN_BELOW =
      authority("Own Company Authority").keys(OWN.keys()).signedBy(ROOT);
  private static final Made STRANGER = authority("Unknown Root").selfSigned();
  private static final Made OLD_ROOT =
      authority("Expired Root").from(ago(40)).to(ago(3)).selfSigned();
  private static final Made SMALL_ROOT =
      authority("Small Root").keys(keys("RSA", "1024")).selfSigned();
  private static final Made LEAF_ROOT = origin("leaf-root.example").keys(keys()).selfSigned();
  private static final Made BOUND_ROOT =
      authority("Bound Root").permitted(dns("other.example")).selfSigned();
  private static final Made SHORT_ROOT = authority("Short Root").pathLength(0).selfSigned();

  private UnsoundCertificates() {}

  /**
   * What an origin shows, and what has to be said about it.
   *
   * @param host what the client wants to reach
   * @param words a part of the sentence
   */
  public record Unsound(String name, String host, Kind kind, String words, List<Made> shown) {
    public List<X509Certificate> chain() {
      return shown.stream().map(Made::certificate).toList();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** The roots that are trusted, some of which deserve it only for themselves. */
  public static List<X509Certificate> roots() {
    return Stream.of(ROOT, OWN, OLD_ROOT, SMALL_ROOT, LEAF_ROOT, BOUND_ROOT, SHORT_ROOT)
        .map(Made::certificate)
        .toList();
  }

  /** Keys of the gateway's own authority. */
  public static Set<PublicKey> own() {
    return Set.of(OWN.keys().getPublic());
  }

  /** All of them; every name says what is wrong. */
  public static List<Unsound> all() {
    List<Unsound> all = new ArrayList<>();
    all.addAll(timesAndNames());
    all.addAll(usages());
    all.addAll(authorities());
    all.addAll(strengths());
    all.addAll(chains());
    return all;
  }

  private static List<Unsound> timesAndNames() {
    return List.of(
        bad(
            "expired",
            Kind.EXPIRED,
            "The certificate of www.good.example expired on ",
            origin(HOST).from(ago(9)).to(ago(2)).signedBy(ROOT)),
        bad(
            "expired a second ago",
            Kind.EXPIRED,
            "expired on",
            origin(HOST).to(NOW.minusSeconds(1)).signedBy(ROOT)),
        bad(
            "not yet valid",
            Kind.NOT_YET_VALID,
            "is not valid before",
            origin(HOST).from(NOW.plus(Duration.ofDays(2))).signedBy(ROOT)),
        bad(
            "for another name",
            Kind.WRONG_NAME,
            "is for other.example",
            origin("other.example").signedBy(ROOT)),
        bad(
            "for the name above",
            Kind.WRONG_NAME,
            "is for good.example",
            origin("good.example").signedBy(ROOT)),
        bad(
            "only the common name fits",
            Kind.NO_NAME,
            "has no subjectAltName",
            origin(HOST).without(Extension.subjectAlternativeName).signedBy(ROOT)),
        bad(
            "the common name fits and the alternative does not",
            Kind.WRONG_NAME,
            "is for other.example",
            origin(HOST).alternatives(List.of(dns("other.example"))).signedBy(ROOT)),
        bad(
            "wildcard across a dot",
            Kind.WRONG_NAME,
            "is for *.example",
            origin("*.example").signedBy(ROOT)),
        bad(
            "wildcard two labels up",
            Kind.WRONG_NAME,
            "is for *.good.example",
            "a.b.good.example",
            origin("*.good.example").signedBy(ROOT)),
        bad(
            "wildcard for the bare name",
            Kind.WRONG_NAME,
            "is for *.good.example",
            "good.example",
            origin("*.good.example").signedBy(ROOT)),
        bad(
            "wildcard within a label",
            Kind.WRONG_NAME,
            "is for w*.good.example",
            origin("w*.good.example").signedBy(ROOT)),
        bad(
            "wildcard in the second label",
            Kind.WRONG_NAME,
            "is for www.*.example",
            origin("www.*.example").signedBy(ROOT)),
        bad("wildcard alone", Kind.WRONG_NAME, "is for *", origin("*").signedBy(ROOT)),
        bad(
            "an address as a dNSName",
            Kind.WRONG_NAME,
            "is for 192.0.2.7",
            "192.0.2.7",
            origin("192.0.2.7").signedBy(ROOT)),
        bad(
            "another address",
            Kind.WRONG_NAME,
            "is for 192.0.2.8",
            "192.0.2.7",
            origin("x").alternatives(List.of(ip("192.0.2.8"))).signedBy(ROOT)),
        bad(
            "a wildcard for an address",
            Kind.WRONG_NAME,
            "is for *.0.2.7",
            "192.0.2.7",
            origin("*.0.2.7").signedBy(ROOT)),
        bad(
            "a name with a NUL",
            Kind.WRONG_NAME,
            "www.good.example?.bad.example",
            origin("www.good.example\0.bad.example").signedBy(ROOT)));
  }

  private static List<Unsound> usages() {
    return List.of(
        bad(
            "for clients only",
            Kind.NOT_FOR_SERVERS,
            "is not for TLS servers",
            origin(HOST).extendedUsage(KeyPurposeId.id_kp_clientAuth).signedBy(ROOT)),
        bad(
            "for signing code",
            Kind.NOT_FOR_SERVERS,
            "is not for TLS servers",
            origin(HOST).extendedUsage(KeyPurposeId.id_kp_codeSigning).signedBy(ROOT)),
        bad(
            "its authority is for mail only",
            Kind.NOT_FOR_SERVERS,
            "'CN=Mail'",
            below(authority("Mail").extendedUsage(KeyPurposeId.id_kp_emailProtection))),
        bad(
            "key usage for certificates only",
            Kind.KEY_USAGE,
            "key usage",
            origin(HOST).usage(KeyUsage.keyCertSign).signedBy(ROOT)),
        bad(
            "an authority's certificate for itself",
            Kind.AUTHORITY_AS_ORIGIN,
            "made to issue others",
            origin(HOST)
                .with(Extension.basicConstraints, new BasicConstraints(true))
                .usage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)
                .signedBy(ROOT)),
        bad(
            "unknown critical extension",
            Kind.CRITICAL_EXTENSION,
            "critical extension",
            origin(HOST).unknownCritical("1.3.6.1.4.1.99999.1").signedBy(ROOT)),
        bad(
            "a precertificate",
            Kind.CRITICAL_EXTENSION,
            "critical extension",
            origin(HOST).unknownCritical("1.3.6.1.4.1.11129.2.4.3").signedBy(ROOT)),
        bad(
            "unknown critical extension of its authority",
            Kind.CRITICAL_EXTENSION,
            "'CN=Odd'",
            below(authority("Odd").unknownCritical("1.3.6.1.4.1.99999.2"))),
        bad(
            "version 1",
            Kind.OLD_VERSION,
            "is of version 1",
            origin(HOST).version1().signedBy(ROOT)));
  }

  private static List<Unsound> authorities() {
    Made leafIssuer = origin("issuer.example").signedBy(ROOT);
    Made none = authority("Deep").signedBy(authority("Unused").selfSigned());
    Made first = authority("First").pathLength(0).signedBy(ROOT);
    Made second = authority("Second").signedBy(first);
    Made third = authority("Third").signedBy(SHORT_ROOT);
    return List.of(
        bad(
            "issued by another origin",
            Kind.NOT_AN_AUTHORITY,
            "not marked as an authority",
            origin(HOST).signedBy(leafIssuer),
            leafIssuer),
        bad(
            "issued by a trusted origin's certificate",
            Kind.NOT_AN_AUTHORITY,
            "'CN=leaf-root.example'",
            origin(HOST).signedBy(LEAF_ROOT)),
        bad(
            "authority without basicConstraints",
            Kind.NOT_AN_AUTHORITY,
            "'CN=Unmarked'",
            below(authority("Unmarked").without(Extension.basicConstraints))),
        bad(
            "authority that may not sign",
            Kind.NOT_AN_AUTHORITY,
            "key usage does not include it",
            below(authority("Mute").usage(KeyUsage.digitalSignature))),
        bad(
            "too many authorities below one",
            Kind.PATH_LENGTH,
            "may have 0 authorities below it",
            origin(HOST).signedBy(second),
            second,
            first),
        bad(
            "too many authorities below the root",
            Kind.PATH_LENGTH,
            "'CN=Short Root'",
            origin(HOST).signedBy(third),
            third),
        bad(
            "name not among the permitted",
            Kind.NAME_CONSTRAINTS,
            "name constraints",
            below(authority("Permits").permitted(dns("other.example")))),
        bad(
            "name among the excluded",
            Kind.NAME_CONSTRAINTS,
            "name constraints",
            below(authority("Excludes").excluded(dns("good.example")))),
        bad(
            "name not among those of the root",
            Kind.NAME_CONSTRAINTS,
            "name constraints",
            origin(HOST).signedBy(BOUND_ROOT)),
        bad(
            "expired authority",
            Kind.EXPIRED,
            "'CN=Old Middle'",
            below(authority("Old Middle").from(ago(9)).to(ago(1)))),
        bad(
            "authority not yet valid",
            Kind.NOT_YET_VALID,
            "'CN=New Middle'",
            below(authority("New Middle").from(NOW.plus(Duration.ofDays(1))))),
        bad("expired root", Kind.EXPIRED, "'CN=Expired Root'", origin(HOST).signedBy(OLD_ROOT)),
        bad(
            "version 1 authority",
            Kind.OLD_VERSION,
            "'CN=Version One'",
            below(authority("Version One").version1())),
        bad(
            "deep authority without its issuer",
            Kind.ISSUER_MISSING,
            "'CN=Unused'",
            origin(HOST).signedBy(none),
            none));
  }

  private static List<Unsound> strengths() {
    return List.of(
        bad(
            "RSA 1024",
            Kind.WEAK_KEY,
            "an RSA key of only 1024 bits",
            origin(HOST).keys(keys("RSA", "1024")).signedBy(ROOT)),
        bad(
            "RSA 1024 authority",
            Kind.WEAK_KEY,
            "'CN=Small Middle'",
            below(authority("Small Middle").keys(keys("RSA", "1024")))),
        bad("RSA 1024 root", Kind.WEAK_KEY, "'CN=Small Root'", origin(HOST).signedBy(SMALL_ROOT)),
        bad(
            "DSA authority",
            Kind.UNSUITABLE_KEY,
            "a key of the kind DSA",
            below(authority("Dsa Middle").keys(keys("DSA", "2048")))),
        bad(
            "signed with SHA-1",
            Kind.WEAK_SIGNATURE,
            "is signed with SHA1withECDSA",
            origin(HOST).digest("SHA1").signedBy(ROOT)),
        bad(
            "signed with MD5",
            Kind.WEAK_SIGNATURE,
            "is signed with MD5withRSA",
            md5().toArray(Made[]::new)),
        bad(
            "authority signed with SHA-1",
            Kind.WEAK_SIGNATURE,
            "'CN=Sha One Middle'",
            below(authority("Sha One Middle").digest("SHA1"))));
  }

  private static List<Made> md5() {
    Made middle = authority("Rsa Middle").keys(keys("RSA", "2048")).signedBy(ROOT);
    return List.of(origin(HOST).digest("MD5").signedBy(middle), middle);
  }

  private static List<Unsound> chains() {
    String[] many = new String[4_000];
    Arrays.setAll(many, i -> "name-" + i + ".good.example");
    many[0] = HOST;
    List<Made> deep = new ArrayList<>(List.of(ROOT));
    for (int i = 0; i < 9; i++) {
      deep.addFirst(authority("Deep " + i).signedBy(deep.getFirst()));
    }
    deep.removeLast();
    deep.addFirst(origin(HOST).signedBy(deep.getFirst()));
    return List.of(
        bad("signed by itself", Kind.SELF_SIGNED, "is signed by itself", origin(HOST).selfSigned()),
        bad(
            "signed by an unknown root",
            Kind.ISSUER_MISSING,
            "was issued by 'CN=Unknown Root'",
            origin(HOST).signedBy(STRANGER)),
        bad(
            "with an unknown root",
            Kind.UNTRUSTED_ROOT,
            "ends in a root that is not trusted",
            origin(HOST).signedBy(STRANGER),
            STRANGER),
        bad(
            "with a root of a trusted name",
            Kind.BAD_SIGNATURE,
            "not its issuer's",
            origin(HOST).forgedFrom(ROOT)),
        bad(
            "a false root of a trusted name",
            Kind.UNTRUSTED_ROOT,
            "ends in a root",
            falseRoot().toArray(Made[]::new)),
        bad(
            "without the authority between",
            Kind.ISSUER_MISSING,
            "was not sent",
            origin(HOST).signedBy(MIDDLE)),
        bad(
            "a signature that is not its authority's",
            Kind.BAD_SIGNATURE,
            "not its issuer's",
            origin(HOST).forgedFrom(MIDDLE),
            MIDDLE),
        bad(
            "four thousand names",
            Kind.TOO_LARGE,
            "65536 are the most",
            origin(many).signedBy(ROOT)),
        bad("ten steps", Kind.TOO_LONG, "more steps than", deep.toArray(Made[]::new)),
        bad(
            "issued by our own authority",
            Kind.OWN_AUTHORITY,
            "this gateway's own authority",
            origin(HOST).signedBy(OWN)),
        bad(
            "issued by our own authority below a trusted root",
            Kind.OWN_AUTHORITY,
            "'CN=Own Company Authority'",
            origin(HOST).signedBy(OWN_BELOW),
            OWN_BELOW));
  }

  private static List<Made> falseRoot() {
    Made root = authority("Test Root").selfSigned();
    return List.of(origin(HOST).signedBy(root), root);
  }

  private static Instant ago(int days) {
    return Instant.now().minus(Duration.ofDays(days));
  }

  private static Made[] below(Draft middle) {
    Made made = middle.signedBy(ROOT);
    return new Made[] {origin(HOST).signedBy(made), made};
  }

  private static Unsound bad(String name, Kind kind, String words, Made... shown) {
    return new Unsound(name, HOST, kind, words, List.of(shown));
  }

  private static Unsound bad(String name, Kind kind, String words, String host, Made shown) {
    return new Unsound(name, host, kind, words, List.of(shown));
  }
}
