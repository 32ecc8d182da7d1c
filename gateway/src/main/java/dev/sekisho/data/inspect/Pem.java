package dev.sekisho.data.inspect;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text armour around DER (RFC 7468), and the certificates in it. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final Pattern HEADER = Pattern.compile("(?m)^[A-Za-z-]+:.*$");

  /**
   * One armoured block.
   *
   * @param headers the lines of the old kind that stand before the Base64, such as {@code
   *     Proc-Type}
   */
  record Block(String label, String headers, byte[] der) {}

  private Pem() {}

  /** Every block of a text; what stands between them is passed over. */
  static List<Block> blocks(String text) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      String inner = matcher.group(2);
      StringBuilder headers = new StringBuilder();
      HEADER.matcher(inner).results().forEach(line -> headers.append(line.group()).append('\n'));
      String base64 = HEADER.matcher(inner).replaceAll("").replaceAll("\\s", "");
      try {
        byte[] der =
            headers.toString().contains("ENCRYPTED")
                ? new byte[0]
                : Base64.getDecoder().decode(base64);
        blocks.add(new Block(matcher.group(1), headers.toString(), der));
      } catch (IllegalArgumentException e) {
        throw new IOException("the " + matcher.group(1) + " in it is not Base64", e);
      }
    }
    return blocks;
  }

  static String block(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  static String of(X509Certificate certificate) {
    try {
      return block("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every certificate of a PEM text, in order, or the one that the bytes are in DER. */
  static List<X509Certificate> certificates(byte[] content) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks(new String(content, StandardCharsets.ISO_8859_1))) {
      if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
        certificates.add(certificate(block.der()));
      }
    }
    if (certificates.isEmpty() && content.length > 0 && content[0] == 0x30) {
      certificates.add(certificate(content));
    }
    return certificates;
  }

  static X509Certificate certificate(byte[] der) throws IOException {
    try {
      Certificate read =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
      if (read instanceof X509Certificate certificate) {
        return certificate;
      }
      throw new IOException("it is not an X.509 certificate");
    } catch (CertificateException e) {
      throw new IOException("it is damaged", e);
    }
  }
}
