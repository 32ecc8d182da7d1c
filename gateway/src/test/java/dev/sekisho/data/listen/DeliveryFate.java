package dev.sekisho.data.listen;

import dev.sekisho.data.listen.DeliveryRow.Coding;
import dev.sekisho.data.listen.DeliveryRow.Size;
import dev.sekisho.data.listen.DeliveryRow.Wish;
import java.util.List;

/** What has to become of a delivery, by rules of our own and not by those that are tested. */
sealed interface DeliveryFate {
  record Clean() implements DeliveryFate {}

  record Infected() implements DeliveryFate {}

  record Unscanned(String reason, boolean blocked) implements DeliveryFate {}

  /** The fate of what both engines judge alike. */
  static DeliveryFate of(DeliveryRow row) {
    if (row.size() == Size.OVER_THE_LIMIT) {
      return unscanned("too-big", row);
    }
    boolean readable = row.coding() != Coding.DAMAGED_GZIP && row.coding() != Coding.UNKNOWN;
    return switch (row.content()) {
      case EICAR, ZIP, ZIP_IN_ZIP, TAR_GZ -> new Infected();
      case ENCRYPTED_ZIP -> unscanned(readable ? "encrypted" : "undecodable", row);
      case TOO_DEEP -> unscanned(readable ? "engine-limit" : "undecodable", row);
      case TEXT, NOISE -> readable ? new Clean() : unscanned("undecodable", row);
    };
  }

  private static DeliveryFate unscanned(String reason, DeliveryRow row) {
    return new Unscanned(reason, row.wish() == Wish.BLOCK_ALL || reason.equals("undecodable"));
  }

  /** Every reason that occurs here. */
  List<String> REASONS = List.of("too-big", "encrypted", "engine-limit", "undecodable");

  /** Another one for each fate. */
  default int number() {
    return switch (this) {
      case Clean _ -> 0;
      case Infected _ -> 1;
      case Unscanned(String reason, boolean blocked) ->
          2 + 2 * REASONS.indexOf(reason) + (blocked ? 1 : 0);
    };
  }

  /** Whether the other side gets it. */
  default boolean passes() {
    return switch (this) {
      case Clean _ -> true;
      case Infected _ -> false;
      case Unscanned unscanned -> !unscanned.blocked();
    };
  }
}
