package dev.sekisho.data.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionsTest {
  @Test
  void nothingIsAgreedWhereNothingIsSaid() {
    assertThat(Extensions.of(List.of())).isEqualTo(new Extensions.None());
    assertThat(Extensions.of(List.of("", " , "))).isEqualTo(new Extensions.None());
  }

  @ParameterizedTest
  @CsvSource({
    "permessage-deflate, CONTEXT_KEPT, CONTEXT_KEPT",
    "Permessage-Deflate ; server_no_context_takeover, CONTEXT_KEPT, CONTEXT_RESET",
    "permessage-deflate;client_no_context_takeover, CONTEXT_RESET, CONTEXT_KEPT",
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits=\"15\", CONTEXT_KEPT, CONTEXT_KEPT",
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover, CONTEXT_RESET, CONTEXT_RESET",
  })
  void compressionIsAgreedForEachDirection(String field, Compression up, Compression down) {
    assertThat(Extensions.of(List.of(field))).isEqualTo(new Extensions.Deflate(up, down));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-webkit-deflate-frame",
        "permessage-bzip2",
        "permessage-deflate; level=9",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate;",
        "permessage-deflate, permessage-deflate",
        "permessage-deflate, mux"
      })
  void whateverElseIsAgreedIsNotKnownHere(String field) {
    assertThat(Extensions.of(List.of(field))).isEqualTo(new Extensions.Other(field));
  }

  @Test
  void severalFieldsAreOneList() {
    assertThat(Extensions.of(List.of("permessage-deflate", "mux")))
        .isEqualTo(new Extensions.Other("permessage-deflate, mux"));
  }
}
