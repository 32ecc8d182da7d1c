package dev.sekisho.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** The first message of TLS, as the JDK's client sends it, and what can be done to it. */
public final class ClientHellos {
  private static final int HEADER = 5;
  private static final int ENCRYPTED_CLIENT_HELLO = 0xfe0d;

  private ClientHellos() {}

  /** One record that asks for this name. */
  public static byte[] naming(String name) throws GeneralSecurityException, SSLException {
    return naming(name, "TLSv1.3");
  }

  /**
   * @param version the newest that is offered
   */
  public static byte[] naming(String name, String version)
      throws GeneralSecurityException, SSLException {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    parameters.setProtocols(
        version.equals("TLSv1.2") ? new String[] {version} : new String[] {version, "TLSv1.2"});
    engine.setSSLParameters(parameters);
    engine.beginHandshake();
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    return Arrays.copyOf(out.array(), out.position());
  }

  /** The same with an encrypted ClientHello inside (RFC 9849), of which nobody knows the key. */
  public static byte[] withEncryptedName(byte[] hello) {
    // outer, HKDF-SHA256 with AES-128-GCM, config 7, no encapsulated key, 32 bytes of payload
    byte[] inner = new byte[1 + 4 + 1 + 2 + 2 + 32];
    inner[2] = 1;
    inner[4] = 1;
    inner[5] = 7;
    inner[9] = 32;
    return withExtension(hello, ENCRYPTED_CLIENT_HELLO, inner);
  }

  /** The same with one extension more. */
  public static byte[] withExtension(byte[] hello, int type, byte[] content) {
    int extensions = extensionsAt(hello);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(hello);
    out.writeBytes(two(type));
    out.writeBytes(two(content.length));
    out.writeBytes(content);
    byte[] longer = out.toByteArray();
    int more = 4 + content.length;
    add(longer, 3, more);
    add(longer, HEADER + 2, more);
    add(longer, extensions, more);
    return longer;
  }

  /** Cuts the one record of a hello into records of this many bytes. */
  public static byte[] inRecordsOf(int size, byte[] hello) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = HEADER; at < hello.length; at += size) {
      byte[] part = Arrays.copyOfRange(hello, at, Math.min(at + size, hello.length));
      out.write(hello, 0, 3);
      out.writeBytes(two(part.length));
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Where the length of all extensions stands (RFC 8446 §4.1.2). */
  private static int extensionsAt(byte[] hello) {
    int at = HEADER + 4 + 2 + 32;
    at += 1 + (hello[at] & 0xff);
    at += 2 + ((hello[at] & 0xff) << 8 | hello[at + 1] & 0xff);
    return at + 1 + (hello[at] & 0xff);
  }

  private static byte[] two(int number) {
    return new byte[] {(byte) (number >> 8), (byte) number};
  }

  private static void add(byte[] bytes, int at, int more) {
    int sum = ((bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff) + more;
    bytes[at] = (byte) (sum >> 8);
    bytes[at + 1] = (byte) sum;
  }
}
