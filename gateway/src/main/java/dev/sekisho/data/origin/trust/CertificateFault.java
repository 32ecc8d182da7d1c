package dev.sekisho.data.origin.trust;

/**
 * What is wrong with an origin's certificate.
 *
 * @param sentence for people: what is wrong, with which certificate of the chain
 */
public record CertificateFault(Kind kind, String sentence) {
  public enum Kind {
    /** The origin sent none. */
    NONE_SENT,
    /** Not DER as RFC 5280 wants it. */
    UNREADABLE,
    /** More bytes or more certificates than anybody needs. */
    TOO_LARGE,
    /** More steps to a root than anybody needs. */
    TOO_LONG,
    EXPIRED,
    NOT_YET_VALID,
    /** It is for other names. */
    WRONG_NAME,
    /** It has no subjectAltName, which alone counts. */
    NO_NAME,
    SELF_SIGNED,
    /** The chain ends in a root that nobody here trusts. */
    UNTRUSTED_ROOT,
    /** Whoever issued the last certificate of the chain is unknown. */
    ISSUER_MISSING,
    BAD_SIGNATURE,
    WEAK_SIGNATURE,
    WEAK_KEY,
    UNSUITABLE_KEY,
    OLD_VERSION,
    /** The extended key usage does not include TLS servers. */
    NOT_FOR_SERVERS,
    KEY_USAGE,
    NOT_AN_AUTHORITY,
    /** A certificate that may issue others stands for the origin itself. */
    AUTHORITY_AS_ORIGIN,
    PATH_LENGTH,
    NAME_CONSTRAINTS,
    CRITICAL_EXTENSION,
    /** It was issued by the gateway's own authority. */
    OWN_AUTHORITY,
    /** The JDK's validator found what our own checks did not. */
    INVALID_PATH
  }
}
