package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.exchange.Scanned;
import dev.sekisho.data.http1.Fields;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.data.origin.OriginConnection.Detached;
import dev.sekisho.data.websocket.Compression;
import dev.sekisho.data.websocket.Extensions;
import dev.sekisho.data.websocket.MessageReader;
import dev.sekisho.data.websocket.Sender;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client and an origin are after a 101: a WebSocket whose messages are scanned, or a tunnel.
 */
final class Switched {
  private static final String EXTENSIONS = "Sec-WebSocket-Extensions";

  private final ClientConnection client;
  private final Lane lane;
  private final ScanSubjects subjects;
  private final Exchange exchange;
  private final Junction junction;
  private Extensions agreed = new Extensions.None();
  private Scannable up = new Scannable.Nothing();
  private Scannable down = new Scannable.Nothing();
  private @Nullable Conversation conversation;
  private Life life = Life.LIVING;

  private enum Life {
    LIVING,
    OVER
  }

  Switched(ClientConnection client, Lane lane, ScanSubjects subjects, Exchange exchange) {
    this.client = client;
    this.lane = lane;
    this.subjects = subjects;
    this.exchange = exchange;
    this.junction = new Junction(client, lane);
  }

  /** Messages are to be scanned: what can be said of them before there is one. */
  Scanned agree(ResponseHead response) {
    agreed = Extensions.of(extensions(response.fields()));
    up = scannable(Scanner.Direction.UP);
    down = scannable(Scanner.Direction.DOWN);
    Optional<Verdict.Unscanned> never = never(up);
    Optional<Verdict.Unscanned> other = never(down);
    boolean graver = other.isPresent() && other.get().fate() == Verdict.Fate.BLOCK;
    return (graver ? other : never.or(() -> other))
        .<Scanned>map(Scanned.Judged::new)
        .orElse(Scanned.NOTHING);
  }

  private Scannable scannable(Scanner.Direction direction) {
    return Scannable.of(
        agreed, subjects.messages(direction, exchange.user()), lane.means().scanner());
  }

  private static List<String> extensions(Fields fields) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < fields.count(); i++) {
      if (fields.name(i).equalsIgnoreCase(EXTENSIONS)) {
        values.add(fields.value(i));
      }
    }
    return values;
  }

  private static Optional<Verdict.Unscanned> never(Scannable messages) {
    return messages instanceof Scannable.Never(Verdict.Unscanned verdict)
        ? Optional.of(verdict)
        : Optional.empty();
  }

  /**
   * Both sides speak another protocol from here on.
   *
   * @param head of the 101; ownership passes
   */
  void begin(Detached far, ByteBuf head) {
    if (up instanceof Scannable.Body || down instanceof Scannable.Body) {
      client.channel().writeAndFlush(head, client.channel().voidPromise());
      var between =
          new Conversation(
              client,
              lane,
              exchange,
              far,
              direction(up, Scanner.Direction.UP),
              direction(down, Scanner.Direction.DOWN));
      conversation = between;
      between.begin();
    } else {
      client.within(lane.limits().bodyTimeout());
      client
          .channel()
          .writeAndFlush(head)
          .addListener(written -> client.guarded(() -> join(written.isSuccess(), far)));
    }
  }

  private Conversation.Direction direction(Scannable messages, Scanner.Direction direction) {
    boolean scanned = messages instanceof Scannable.Body;
    return new Conversation.Direction(
        new MessageReader(sender(direction), compression(direction, scanned)),
        subjects.messages(direction, exchange.user()),
        scanned ? MessageFlow.Scanning.ALL : MessageFlow.Scanning.NONE);
  }

  private static Sender sender(Scanner.Direction direction) {
    return switch (direction) {
      case UP -> Sender.CLIENT;
      case DOWN -> Sender.ORIGIN;
    };
  }

  private Compression compression(Scanner.Direction direction, boolean scanned) {
    return switch (agreed) {
      case Extensions.None _ -> Compression.NONE;
      case Extensions.Other _ ->
          throw new IllegalStateException("nothing is read of frames with unknown extensions");
      case Extensions.Deflate _ when !scanned -> Compression.UNREAD;
      case Extensions.Deflate(Compression fromClient, Compression fromOrigin) ->
          switch (direction) {
            case UP -> fromClient;
            case DOWN -> fromOrigin;
          };
    };
  }

  private void join(boolean written, Detached far) {
    if (life == Life.OVER || !written) {
      far.early().release();
      far.channel().close();
      exchange.clientLeft();
      return;
    }
    junction.join(client.detach(), far, exchange);
  }

  /** The conversation, if it is one. */
  Optional<Conversation> conversation() {
    return Optional.ofNullable(conversation);
  }

  /** Tells a refusal to both sides, if there is a conversation. */
  boolean refused(Refusal refusal) {
    if (conversation == null) {
      return false;
    }
    conversation.refused(refusal);
    return true;
  }

  /** Whether bytes are counted here. */
  boolean open() {
    return conversation != null || junction.joined();
  }

  long bytesUp() {
    return conversation == null ? junction.bytesUp() : conversation.bytesUp();
  }

  long bytesDown() {
    return conversation == null ? junction.bytesDown() : conversation.bytesDown();
  }

  /** What passed because it is short. */
  Optional<Verdict> untold() {
    if (conversation == null || conversation.shortOnes() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Verdict.Unscanned(
            Verdict.Reason.EXCLUDED_BY_RULE,
            conversation.shortOnes()
                + " messages shorter than scan.messages.from ("
                + lane.means().scanner().messages().from()
                + " bytes) passed without a scan.",
            Verdict.Fate.DELIVER));
  }

  void endTunnel() {
    junction.end();
  }

  void over() {
    life = Life.OVER;
  }

  /** The client is gone. */
  void abandon() {
    life = Life.OVER;
    if (conversation != null) {
      conversation.abandon();
    }
  }
}
