package dev.sekisho.policy;

import java.util.Optional;

public sealed interface Opening {
  record Open(String because) implements Opening {}

  record Closed(Optional<String> sealedBy) implements Opening {}

  record Learn(Facts.Group need, String rule) implements Opening {}
}
