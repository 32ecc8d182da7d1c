package dev.sekisho.scan.icap;

import java.io.InputStream;

/** A body that is sent, and can be read from its beginning as often as is needed. */
public interface Content {
  /** Never throws from its reads: what cannot be read is the end. */
  InputStream open();
}
