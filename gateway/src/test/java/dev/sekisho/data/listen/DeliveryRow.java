package dev.sekisho.data.listen;

import java.util.Locale;

/** One delivery: what an origin or a client sends, how, and what the other side asked for. */
record DeliveryRow(
    Coding coding,
    Content content,
    Framing framing,
    Range range,
    Size size,
    Direction direction,
    Transport transport,
    Status status,
    Wish wish) {

  /** What Content-Encoding says, and whether it is true. */
  enum Coding {
    NONE(""),
    GZIP("gzip"),
    ZLIB("deflate"),
    BARE_DEFLATE("deflate"),
    BR("br"),
    ZSTD("zstd"),
    BR_IN_GZIP("br, gzip"),
    AWS_CHUNKED("aws-chunked"),
    /** Its checksum is wrong. */
    DAMAGED_GZIP("gzip"),
    /** The content is as without a coding. */
    UNKNOWN("unheard-of");

    private final String word;

    Coding(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /** What is in it once its coding is undone: EICAR in the first four. */
  enum Content {
    EICAR,
    ZIP,
    ZIP_IN_ZIP,
    TAR_GZ,
    ENCRYPTED_ZIP,
    TEXT,
    NOISE,
    /** Packed more often than clamd unpacks. */
    TOO_DEEP
  }

  enum Framing {
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE,
    GZIP_UNDER_CHUNKS
  }

  /** What the client asks for. */
  enum Range {
    NONE(""),
    INSIDE("Range: bytes=3-20\r\n"),
    SUFFIX("Range: bytes=-12\r\n"),
    /** The origin's entity tag is another. */
    OF_ANOTHER_VERSION("Range: bytes=3-20\r\nIf-Range: \"v0\"\r\n");

    private final String fields;

    Range(String fields) {
      this.fields = fields;
    }

    String fields() {
      return fields;
    }
  }

  /** Of what the sender packs, or of the filling that lies in front of EICAR in an archive. */
  enum Size {
    /** No filling. */
    TINY(0),
    SMALL(4_000),
    /** More than is held in memory. */
    IN_A_FILE(40_000),
    /** More than is held without a trickle. */
    TRICKLED(200_000),
    OVER_THE_LIMIT(900_000);

    private final int bytes;

    Size(int bytes) {
      this.bytes = bytes;
    }

    int bytes() {
      return bytes;
    }
  }

  enum Direction {
    DOWN,
    UP
  }

  enum Transport {
    PLAIN,
    INSIDE_TLS
  }

  enum Status {
    OK(200),
    NOT_FOUND(404),
    BROKEN(500);

    private final int code;

    Status(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /** What is configured for bodies of its type that are not scanned. */
  enum Wish {
    USUAL,
    BLOCK_ALL
  }

  /** Whether such a thing can be sent. */
  boolean possible() {
    return switch (direction) {
      case DOWN -> coding != Coding.AWS_CHUNKED;
      case UP -> (framing == Framing.LENGTH || framing == Framing.CHUNKED) && range == Range.NONE;
    };
  }

  /**
   * Trickled ones are judged when the client has the head, all others before it gets anything: so
   * nothing here depends on who is faster.
   */
  boolean trickles() {
    return direction == Direction.DOWN
        && size == Size.TRICKLED
        && (range == Range.NONE || framing == Framing.LENGTH);
  }

  /** Which line of the rules it is to match. */
  String mediaType() {
    String delivery = trickles() ? "trickled" : "held";
    return "application/x-"
        + wish.name().toLowerCase(Locale.ROOT).replace('_', '-')
        + "-"
        + delivery;
  }

  /** The values by axis. */
  Enum<?>[] values() {
    return new Enum<?>[] {
      coding, content, framing, range, size, direction, transport, status, wish
    };
  }

  /** Alike with everything that makes no difference to it left out. */
  DeliveryRow essence(DeliveryFate fate) {
    Wish asked = fate instanceof DeliveryFate.Unscanned ? wish : Wish.USUAL;
    return new DeliveryRow(
        coding, content, framing, range, size, direction, transport, status, asked);
  }
}
