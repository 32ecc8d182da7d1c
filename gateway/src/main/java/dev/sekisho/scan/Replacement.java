package dev.sekisho.scan;

import java.util.List;

/**
 * A message that an ICAP server wants to be delivered in the place of the one it was given (RFC
 * 3507 section 4.8): a block page, or a body that it changed. At most {@code scan.limit} bytes.
 *
 * @param status of the encapsulated response
 * @param fields of the encapsulated head, in order, without those of framing and connection
 */
public record Replacement(int status, List<HeadField> fields, byte[] body) {
  public Replacement {
    fields = List.copyOf(fields);
  }
}
