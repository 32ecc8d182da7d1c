package dev.sekisho.testing;

import dev.sekisho.net.Authority;
import dev.sekisho.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A DNS server on loopback, over UDP and TCP on one port, that answers what a test tells it to. A
 * name has a script for each type; the first question gets the first step, the second the second,
 * and the last step is repeated. A name without any script does not exist; one with a script for
 * the other type only has no data. Names are followed along {@link DnsStep#alias} steps as a
 * recursive server does, so that one answer has the whole chain.
 */
public final class ScriptedDns implements Closeable {
  /** Record types a script can be for. */
  public enum Type {
    A(1),
    AAAA(28);

    private final int number;

    Type(int number) {
      this.number = number;
    }
  }

  public enum Via {
    UDP,
    TCP
  }

  /** A question as it came. */
  public record Asked(String name, int type, Via via, boolean edns) {}

  private record Key(String name, Type type) {}

  private static final class Script {
    private final List<DnsStep> steps;
    private final AtomicInteger next = new AtomicInteger();

    Script(List<DnsStep> steps) {
      this.steps = steps;
    }

    DnsStep step() {
      return steps.get(Math.min(next.getAndIncrement(), steps.size() - 1));
    }
  }

  private final DatagramSocket packets;
  private final ServerSocket streams;
  private final Map<Key, Script> scripts = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  private ScriptedDns(DatagramSocket packets, ServerSocket streams) {
    this.packets = packets;
    this.streams = streams;
  }

  public static ScriptedDns start() {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    for (int i = 0; i < 50; i++) {
      try {
        ServerSocket streams = new ServerSocket(0, 50, loopback);
        try {
          DatagramSocket packets =
              new DatagramSocket(new InetSocketAddress(loopback, streams.getLocalPort()));
          ScriptedDns dns = new ScriptedDns(packets, streams);
          Thread.ofVirtual().start(dns::servePackets);
          Thread.ofVirtual().start(dns::serveStreams);
          return dns;
        } catch (SocketException _) {
          streams.close(); // taken over UDP by somebody else
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new IllegalStateException("no port that is free over both UDP and TCP");
  }

  /** What a configuration names as its name server. */
  public Authority authority() {
    return new Authority(IpAddress.ofBytes(new byte[] {127, 0, 0, 1}), packets.getLocalPort());
  }

  /** Scripts the answers for one type of a name, in place of what was said before. */
  public ScriptedDns on(String name, Type type, DnsStep... steps) {
    scripts.put(new Key(name, type), new Script(List.of(steps)));
    return this;
  }

  /** Scripts the answers for both types, each with steps of its own count. */
  public ScriptedDns on(String name, DnsStep... steps) {
    return on(name, Type.A, steps).on(name, Type.AAAA, steps);
  }

  /** Every question so far, in the order of arrival. */
  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** How often this was asked so far. */
  public long asked(String name, Type type) {
    return asked.stream().filter(q -> q.name().equals(name) && q.type() == type.number).count();
  }

  @Override
  public void close() {
    packets.close();
    try {
      streams.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void servePackets() {
    while (!packets.isClosed()) {
      DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
      try {
        packets.receive(packet);
      } catch (IOException _) {
        continue; // closed, or somebody's port that answered "unreachable"
      }
      byte[] query = Arrays.copyOf(packet.getData(), packet.getLength());
      Thread.ofVirtual()
          .start(() -> {
            for (byte[] reply : replies(query, Via.UDP)) {
              try {
                packets.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
              } catch (IOException _) {
                return; // closed meanwhile
              }
            }
          });
    }
  }

  private void serveStreams() {
    while (!streams.isClosed()) {
      try {
        Socket socket = streams.accept();
        Thread.ofVirtual().start(() -> serveStream(socket));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serveStream(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] query = new byte[in.readUnsignedShort()];
      in.readFully(query);
      for (byte[] reply : replies(query, Via.TCP)) {
        byte[] framed = new byte[reply.length + 2];
        framed[0] = (byte) (reply.length >> 8);
        framed[1] = (byte) reply.length;
        System.arraycopy(reply, 0, framed, 2, reply.length);
        socket.getOutputStream().write(framed);
      }
      in.read(); // until the asker has closed, or asks once more and gets nothing
    } catch (IOException _) {
      // the asker has left
    }
  }

  /** The messages to send: none for silence, several when junk comes first. */
  private List<byte[]> replies(byte[] query, Via via) {
    StringBuilder name = new StringBuilder();
    int at = 12;
    while (query[at] != 0) {
      name.append(name.isEmpty() ? "" : ".")
          .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
      at += 1 + query[at];
    }
    int type = query[at + 2];
    int end = at + 5;
    String asking = name.toString().toLowerCase(Locale.ROOT);
    asked.add(new Asked(asking, type, via, query[11] == 1));
    Type known = type == Type.A.number ? Type.A : Type.AAAA;
    DnsStep first = step(asking, known);
    first.await();
    List<byte[]> replies = new ArrayList<>();
    if (first.silent()) {
      return replies;
    }
    byte[] reply = reply(Arrays.copyOf(query, end), asking, known, first, via);
    first.junk().forEach(junk -> replies.add(junk.apply(reply.clone())));
    replies.add(reply);
    return replies;
  }

  private DnsStep step(String name, Type type) {
    Script script = scripts.get(new Key(name, type));
    if (script != null) {
      return script.step();
    }
    boolean exists =
        Arrays.stream(Type.values()).anyMatch(other -> scripts.containsKey(new Key(name, other)));
    return exists ? DnsStep.noData(60) : DnsStep.noName(60);
  }

  private byte[] reply(byte[] question, String name, Type type, DnsStep first, Via via) {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    int count = 0;
    DnsStep step = first;
    String owner = name;
    while (step.alias() != null) {
      byte[] target = wire(step.alias());
      count += append(answers, owner, name, 5, step.ttl(), target);
      owner = step.alias();
      if (step.bare() || count > 40) {
        step = DnsStep.bareEnd();
        break;
      }
      step = step(owner, type);
    }
    for (String address : step.addresses()) {
      byte[] bytes = InetAddress.ofLiteral(address).getAddress();
      count += append(answers, owner, name, type.number, step.ttl(), bytes);
    }
    boolean truncated = first.truncatedOverUdp() && via == Via.UDP;
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(question, 0, 2);
    put16(message, 0x8180 | step.code() | (truncated ? 0x0200 : 0));
    put16(message, 1);
    put16(message, truncated ? 0 : count);
    put16(message, step.soa() && !truncated ? 1 : 0);
    put16(message, 0);
    message.write(question, 12, question.length - 12);
    if (!truncated) {
      message.writeBytes(answers.toByteArray());
      if (step.soa()) {
        appendSoa(message, step.ttl());
      }
    }
    return message.toByteArray();
  }

  private static int append(
      ByteArrayOutputStream out, String owner, String asked, int type, long ttl, byte[] data) {
    if (owner.equals(asked)) {
      put16(out, 0xC00C); // compressed, as every real server does
    } else {
      out.writeBytes(wire(owner));
    }
    put16(out, type);
    put16(out, 1);
    put32(out, ttl);
    put16(out, data.length);
    out.writeBytes(data);
    return 1;
  }

  private static void appendSoa(ByteArrayOutputStream out, long minimum) {
    out.writeBytes(wire("example"));
    put16(out, 6);
    put16(out, 1);
    put32(out, 86_400);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.writeBytes(wire("ns.example"));
    data.writeBytes(new byte[] {8, 'j', 'o', 'h', 'n', '.', 'd', 'o', 'e'});
    data.writeBytes(wire("example"));
    for (long number : new long[] {2026, 7200, 3600, 1_209_600, minimum}) {
      put32(data, number);
    }
    put16(out, data.size());
    out.writeBytes(data.toByteArray());
  }

  private static byte[] wire(String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String label : name.split("\\.", -1)) {
      out.write(label.length());
      out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    out.write(0);
    return out.toByteArray();
  }

  private static void put16(ByteArrayOutputStream out, int value) {
    out.write(value >> 8);
    out.write(value);
  }

  private static void put32(ByteArrayOutputStream out, long value) {
    put16(out, (int) (value >> 16) & 0xFFFF);
    put16(out, (int) value & 0xFFFF);
  }
}
