package dev.sekisho.data.relay;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds idle tunnels without a timer for each and without touching those that move: a ring of
 * lists, one per tick. A tunnel waits in the list of the tick at which it may be idle; when that
 * tick comes, it either is, or moves on to the tick its last byte allows. Its bytes only write down
 * the tick.
 */
final class IdleWheel {
  /** Links a tunnel into the wheel. */
  static final class Node {
    final SpliceTunnel tunnel;
    private final long idleTicks;
    private long lastActive;
    private int slot = -1;
    private @Nullable Node before;
    private @Nullable Node after;

    Node(SpliceTunnel tunnel, long idleTicks) {
      this.tunnel = tunnel;
      this.idleTicks = idleTicks;
    }

    void active(long tick) {
      lastActive = tick;
    }

    private long due() {
      return lastActive + idleTicks;
    }
  }

  private static final int SLOTS = 1024;

  private final @Nullable Node[] heads = new Node[SLOTS];
  private long tick;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  void add(Node node, long now) {
    node.active(now);
    link(node);
    size++;
  }

  void remove(Node node) {
    if (node.slot >= 0) {
      unlink(node);
      size--;
    }
  }

  /** Hands every tunnel idle at {@code now} to {@code idle}, which must remove it. */
  void advance(long now, Consumer<SpliceTunnel> idle) {
    long from = Math.max(tick + 1, now - SLOTS + 1);
    for (long each = from; each <= now; each++) {
      tick = each;
      sweep(heads[(int) (each % SLOTS)], idle);
    }
  }

  private void sweep(@Nullable Node first, Consumer<SpliceTunnel> idle) {
    Node node = first;
    while (node != null) {
      Node next = node.after;
      if (node.due() <= tick) {
        idle.accept(node.tunnel);
      } else {
        unlink(node);
        link(node);
      }
      node = next;
    }
  }

  private void link(Node node) {
    long at = Math.clamp(node.due(), tick + 1, tick + SLOTS - 1);
    node.slot = (int) (at % SLOTS);
    Node head = heads[node.slot];
    node.before = null;
    node.after = head;
    if (head != null) {
      head.before = node;
    }
    heads[node.slot] = node;
  }

  private void unlink(Node node) {
    if (node.before == null) {
      heads[node.slot] = node.after;
    } else {
      node.before.after = node.after;
    }
    if (node.after != null) {
      node.after.before = node.before;
    }
    node.before = null;
    node.after = null;
    node.slot = -1;
  }
}
