package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Asked;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.scan.HeldBody;
import dev.sekisho.scan.Ranges;
import dev.sekisho.scan.Verdict;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request for a part of something that is scanned. The whole is fetched once and scanned; the
 * client gets the part that it asked for, and the next parts come from what is kept. So a download
 * that is resumed, or fetched in parts, is made of nothing that was not scanned.
 */
final class PartRequest {
  private final Lane lane;
  private final KeptBodies.Key key;
  private Role role = Role.WAITING;
  private @Nullable Waiting waiting;

  private enum Role {
    WAITING,
    /** Others wait for what this one fetches. */
    FIRST,
    OVER
  }

  /**
   * One who waits for what another one fetches.
   *
   * @param asked by which the others know it
   * @param fetch to go on without them
   */
  private record Waiting(Consumer<KeptBodies.Turn> asked, Runnable fetch) {}

  private PartRequest(Lane lane, KeptBodies.Key key) {
    this.lane = lane;
    this.key = key;
  }

  /** Null where the request asks for no part, or parts are passed on as they are. */
  static @Nullable PartRequest of(RequestHead head, Asked.Url asked, String user, Lane lane) {
    if (!WantedPart.isAskedFor(head) || lane.means().scanner().ranges() != Ranges.WHOLE) {
      return null;
    }
    return new PartRequest(lane, new KeptBodies.Key(asked.url(), user, fields(head.fields())));
  }

  private static String fields(Fields all) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < all.count(); i++) {
      String name = all.name(i).toLowerCase(Locale.ROOT);
      if (!all.nameIs(i, FieldName.RANGE) && !name.equals(WantedPart.IF_RANGE)) {
        text.append(name).append(':').append(all.value(i)).append('\n');
      }
    }
    return text.toString();
  }

  /**
   * Waits for its turn.
   *
   * @param fetch the whole has to be fetched
   * @param serve it is kept; its body is held for the callee
   */
  void begin(Runnable fetch, Consumer<KeptBodies.Kept> serve) {
    Consumer<KeptBodies.Turn> asked = turn -> take(turn, fetch, serve);
    waiting = new Waiting(asked, fetch);
    lane.means().kept().ask(key, lane.loop(), asked);
  }

  /** A turn that was on its way when the wait was over is given back. */
  private void take(KeptBodies.Turn turn, Runnable fetch, Consumer<KeptBodies.Kept> serve) {
    boolean late = role == Role.OVER;
    waiting = null;
    switch (turn) {
      case KeptBodies.Turn.First _ -> {
        if (late) {
          lane.means().kept().pass(key);
        } else {
          role = Role.FIRST;
          fetch.run();
        }
      }
      case KeptBodies.Turn.Alone _ -> {
        role = Role.OVER;
        if (!late) {
          fetch.run();
        }
      }
      case KeptBodies.Turn.There(KeptBodies.Kept kept) -> {
        role = Role.OVER;
        if (late) {
          kept.body().release();
        } else {
          serve.accept(kept);
        }
      }
    }
  }

  /** It waits no longer, and fetches for itself; whether it was waiting. */
  boolean outOfPatience() {
    Waiting before = waiting;
    if (before == null) {
      return false;
    }
    over();
    before.fetch().run();
    return true;
  }

  /** The whole was fetched and may be delivered. Kept where another part would be of the same. */
  void fetched(ResponseHead head, HeldBody body, Verdict verdict) {
    boolean keepable =
        verdict instanceof Verdict.Clean
            && head.status() == 200
            && WantedPart.strongTag(head).isPresent()
            && !head.fields().hasToken(FieldName.CACHE_CONTROL, "no-store");
    settle(keepable ? Optional.of(new KeptBodies.Kept(head, body, verdict)) : Optional.empty());
  }

  /** What comes is not held, so it cannot be kept: the others go on without it. */
  void notHeld() {
    settle(Optional.empty());
  }

  /** The exchange is over, whatever it came to. */
  void over() {
    switch (role) {
      case FIRST -> lane.means().kept().pass(key);
      case WAITING -> {
        if (waiting != null) {
          lane.means().kept().forget(key, waiting.asked());
          waiting = null;
        }
      }
      case OVER -> {}
    }
    role = Role.OVER;
  }

  private void settle(Optional<KeptBodies.Kept> found) {
    if (role == Role.FIRST) {
      lane.means().kept().settle(key, found);
    }
    role = Role.OVER;
  }
}
