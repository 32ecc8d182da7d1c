package dev.sekisho.scan;

/** How a scanned download reaches its client ({@code deliver:}). */
public enum Delivery {
  /** Small bodies are held; of large ones, browsers' downloads are paged and others trickled. */
  AUTO,
  /** Nothing before the verdict. */
  HOLD,
  /** Slowly before the verdict, the tail kept back; then the rest at once, or a broken end. */
  TRICKLE,
  /** A browser gets a page about the progress first; others as with {@link #TRICKLE}. */
  PAGE
}
