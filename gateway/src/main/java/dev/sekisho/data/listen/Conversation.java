package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.origin.OriginConnection;
import dev.sekisho.data.relay.Tunnels;
import dev.sekisho.data.websocket.CloseFrame;
import dev.sekisho.data.websocket.MessageReader;
import dev.sekisho.data.websocket.Sender;
import dev.sekisho.scan.Scanner;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.Optional;

/**
 * A WebSocket whose messages are scanned: both directions, and how they end together. The exchange
 * hears of every verdict, and ends once.
 */
final class Conversation implements MessageFlow.Told, OriginEnd.Told {
  private final ClientConnection client;
  private final Lane lane;
  private final Exchange exchange;
  private final OriginEnd origin;
  private final MessageFlow up;
  private final MessageFlow down;
  private State state = State.OPEN;
  private Farewell farewell = Farewell.NONE;

  private enum State {
    OPEN,
    /** Everything has gone on; the client has not taken all of it yet. */
    FINISHING,
    OVER
  }

  /** What both sides are told when we end it. */
  private enum Farewell {
    /** Nothing: one of them is gone, or breaks off. */
    NONE,
    GOING_AWAY,
    PROTOCOL_ERROR,
    POLICY_VIOLATION
  }

  /** How messages of one direction are treated. */
  record Direction(MessageReader reader, Scanner.Subject subject, MessageFlow.Scanning scanning) {}

  Conversation(
      ClientConnection client,
      Lane lane,
      Exchange exchange,
      OriginConnection.Detached far,
      Direction up,
      Direction down) {
    this.client = client;
    this.lane = lane;
    this.exchange = exchange;
    this.origin = new OriginEnd(far, lane.limits().bodyTimeout(), this);
    this.up = flow(up, new MessageFlow.Way(client::held, origin.channel()));
    this.down = flow(down, new MessageFlow.Way(origin::in, client.channel()));
  }

  private MessageFlow flow(Direction one, MessageFlow.Way way) {
    return new MessageFlow(lane, way, one.reader(), one.subject(), one.scanning(), this);
  }

  void begin() {
    origin.open();
    down.go();
    up.go();
  }

  // What the client's connection tells.

  void clientSent() {
    up.go();
  }

  void clientTakes() {
    down.go();
  }

  /** The client is gone, and its connection closes. */
  void clientLeft() {
    if (state == State.OVER) {
      return;
    }
    if (up.idle()) {
      letGo();
      origin.finish();
      exchange.delivered();
    } else {
      exchange.clientLeft();
    }
  }

  /** Nothing has moved for long. */
  void expired() {
    if (up.judging() || down.judging()) {
      rest();
    } else {
      farewell = Farewell.GOING_AWAY;
      exchange.failed(Broken.tunnel(Tunnels.Cause.IDLE));
    }
  }

  void drained() {
    farewell = Farewell.GOING_AWAY;
    exchange.failed(Broken.SHUT_DOWN);
  }

  // What the origin's connection tells.

  @Override
  public void originSent() {
    down.go();
  }

  @Override
  public void originTakes() {
    up.go();
  }

  @Override
  public void originEnded() {
    if (state == State.OPEN) {
      down.inputEnded();
      if (down.over()) {
        finish();
      }
    }
  }

  @Override
  public void originBroke(IOException cause) {
    if (state == State.OPEN && down.over()) {
      finish();
    } else if (state == State.OPEN) {
      exchange.failed(Broken.tunnel(Tunnels.Cause.ORIGIN_RESET));
    }
  }

  @Override
  public void defective(Throwable cause) {
    client.defective(cause);
  }

  // What the messages come to.

  @Override
  public void broken(MessageFlow flow, String rule) {
    farewell = Farewell.PROTOCOL_ERROR;
    exchange.failed(Broken.frames(sender(flow), rule));
  }

  @Override
  public void judged(MessageFlow flow, Verdict verdict) {
    farewell = Farewell.POLICY_VIOLATION;
    exchange.judged(flow.direction(), verdict);
    boolean replaced =
        verdict instanceof Verdict.Clean clean && clean.instead().isPresent() && !exchange.over();
    if (replaced) {
      exchange.failed(Broken.MESSAGE_REPLACED);
    }
    farewell = Farewell.NONE;
  }

  @Override
  public void closed(MessageFlow flow) {
    if (up.over() && down.over()) {
      finish();
    }
  }

  @Override
  public void drained(MessageFlow flow) {
    finish();
  }

  @Override
  public void cut(MessageFlow flow) {
    exchange.failed(Broken.cutMessage(sender(flow)));
  }

  @Override
  public void unreadable(IOException cause) {
    exchange.failed(Broken.unspooled(cause));
  }

  @Override
  public void moved(MessageFlow flow) {
    if (state != State.OPEN) {
      return;
    }
    rest();
    if (flow == up) {
      client.taken();
      origin.channel().flush();
    } else {
      origin.holdBack();
      client.channel().flush();
    }
  }

  @Override
  public void guarded(Runnable task) {
    client.guarded(task);
  }

  private void rest() {
    client.within(lane.limits().tunnelIdle());
  }

  private static Sender sender(MessageFlow flow) {
    return switch (flow.direction()) {
      case UP -> Sender.CLIENT;
      case DOWN -> Sender.ORIGIN;
    };
  }

  // How it ends.

  /** In order: both have everything that was for them. */
  private void finish() {
    if (state != State.OPEN) {
      return;
    }
    state = State.FINISHING;
    up.letGo();
    down.letGo();
    origin.finish();
    client
        .channel()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> {
          if (written.isSuccess()) {
            client.guarded(this::finished);
          }
        });
  }

  private void finished() {
    if (state == State.FINISHING) {
      state = State.OVER;
      exchange.delivered();
      client.finished(Afterwards.CLOSE);
    }
  }

  /** The exchange ended otherwise; both sides are told why, where that can be told. */
  void refused(Refusal refusal) {
    Optional<Integer> code =
        switch (farewell) {
          case NONE -> Optional.empty();
          case GOING_AWAY -> Optional.of(CloseFrame.GOING_AWAY);
          case PROTOCOL_ERROR -> Optional.of(CloseFrame.PROTOCOL_ERROR);
          case POLICY_VIOLATION -> Optional.of(CloseFrame.POLICY_VIOLATION);
        };
    up.send();
    down.send();
    boolean told = code.isPresent() && down.mayClose();
    if (told) {
      send(client.channel(), code.get(), refusal, Sender.ORIGIN);
    }
    if (code.isPresent() && up.mayClose()) {
      send(origin.channel(), code.get(), refusal, Sender.CLIENT);
    }
    letGo();
    origin.finish();
    if (told) {
      client.finished(Afterwards.CLOSE);
    } else {
      client.breakOff(BreakOff.CLOSE);
    }
  }

  private static void send(Channel to, int code, Refusal refusal, Sender sender) {
    to.writeAndFlush(CloseFrame.of(code, refusal.reason(), sender, to.alloc()), to.voidPromise());
  }

  /** Lets go of everything but the connections. */
  private void letGo() {
    state = State.OVER;
    up.letGo();
    down.letGo();
  }

  /** The client is gone, and nothing is to be told to anybody. */
  void abandon() {
    letGo();
    origin.finish();
  }

  long bytesUp() {
    return up.bytes();
  }

  long bytesDown() {
    return down.bytes();
  }

  long shortOnes() {
    return up.shortOnes() + down.shortOnes();
  }
}
