package dev.sekisho.identity;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** The value of a Proxy-Authorization field in the scheme Basic (RFC 7617), with UTF-8. */
sealed interface BasicCredentials {
  /** A longer field is nobody's name and password. */
  int MOST_CHARACTERS = 8192;

  String SCHEME = "Basic";

  /**
   * @param name in NFC
   * @param password the bytes to check, in NFC and UTF-8; whoever takes it wipes it
   */
  record Proof(String name, byte[] password) implements BasicCredentials {
    void wipe() {
      Arrays.fill(password, (byte) 0);
    }

    @Override
    public String toString() {
      return "a proof of " + name;
    }
  }

  /**
   * @param reason for the record; nothing of what was sent is in it
   */
  record Malformed(String reason) implements BasicCredentials {}

  static BasicCredentials parse(String field) {
    if (field.length() > MOST_CHARACTERS) {
      return new Malformed("The credentials are longer than " + MOST_CHARACTERS + " characters.");
    }
    if (!field.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        || (field.length() > SCHEME.length() && field.charAt(SCHEME.length()) != ' ')) {
      return new Malformed("The credentials are not of the scheme Basic.");
    }
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(field.substring(SCHEME.length()).strip());
    } catch (IllegalArgumentException _) {
      return new Malformed("The credentials are not Base64.");
    }
    try {
      return proof(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(decoded)));
    } catch (CharacterCodingException _) {
      return new Malformed("The name and password are not UTF-8.");
    } finally {
      Arrays.fill(decoded, (byte) 0);
    }
  }

  private static BasicCredentials proof(CharBuffer text) {
    int colon = 0;
    while (colon < text.length() && text.charAt(colon) != ':') {
      colon++;
    }
    if (colon == text.length()) {
      return new Malformed("The credentials have no colon between name and password.");
    }
    String name = UserName.normal(text.subSequence(0, colon).toString());
    Optional<String> fault = UserName.fault(name);
    if (fault.isPresent()) {
      return new Malformed("The name cannot be anybody's because " + fault.get() + ".");
    }
    CharBuffer password = text.subSequence(colon + 1, text.length());
    if (password.isEmpty()) {
      return new Malformed("The password is empty.");
    }
    if (password.chars().anyMatch(Character::isISOControl)) {
      return new Malformed("The password has a control character (RFC 7617 §2).");
    }
    return new Proof(name, UserName.normal(password.toString()).getBytes(StandardCharsets.UTF_8));
  }
}
