package dev.sekisho.data.names;

/**
 * The two address families, with the number of the record type that holds their addresses (RFC
 * 1035, RFC 3596).
 */
enum Family {
  IPV4(1, 4),
  IPV6(28, 16);

  private final int type;
  private final int width;

  Family(int type, int width) {
    this.type = type;
    this.width = width;
  }

  int type() {
    return type;
  }

  /** Bytes of an address. */
  int width() {
    return width;
  }
}
