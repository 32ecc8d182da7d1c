package dev.sekisho.data.names;

import dev.sekisho.net.Authority;
import dev.sekisho.net.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this host knows about names: its hosts file, its name servers, the family it prefers. A
 * virtual thread looks once a second whether the files have changed; event loops only read the
 * fields.
 */
final class Surroundings implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Surroundings.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final int PREFERENCE_PERIODS = 10;
  private static final long MOST_BYTES = 64L << 20;

  private final SystemFiles files;
  private final NamesConfig.Source source;
  private final Supplier<Preference> preferences;
  private volatile Hosts hosts = Hosts.NONE;
  private volatile NameServers servers = NameServers.parse("");
  private volatile Preference preference;
  private Stamp hostsStamp = Stamp.UNREAD;
  private Stamp resolvStamp = Stamp.UNREAD;
  private @Nullable Thread watcher;

  /** Enough of a file to see that it is not the one that was read. */
  private record Stamp(@Nullable FileTime modified, long size, @Nullable Object key) {
    static final Stamp UNREAD = new Stamp(null, -2, null);
    static final Stamp UNREADABLE = new Stamp(null, -3, null);
    static final Stamp MISSING = new Stamp(null, -1, null);

    static Stamp of(Path path) throws IOException {
      try {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      } catch (NoSuchFileException _) {
        return MISSING;
      }
    }
  }

  Surroundings(SystemFiles files, NamesConfig.Source source, Supplier<Preference> preferences) {
    this.files = files;
    this.source = source;
    this.preferences = preferences;
    this.preference = preferences.get();
    look();
  }

  Hosts hosts() {
    return hosts;
  }

  NameServers servers() {
    return servers;
  }

  Preference preference() {
    return preference;
  }

  /**
   * Looks every second from now on; {@code changed} is called when there are other name servers
   * than before.
   */
  void watch(Runnable changed) {
    watcher =
        Thread.ofVirtual()
            .name("names-watcher")
            .start(() -> {
              try {
                for (int i = 1; true; i++) {
                  Thread.sleep(PERIOD);
                  NameServers before = servers;
                  look();
                  if (!before.equals(servers)) {
                    changed.run();
                  }
                  preference = i % PREFERENCE_PERIODS == 0 ? preferences.get() : preference;
                }
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Reads whatever has changed since the last look. */
  synchronized void look() {
    hostsStamp = read(files.hosts(), hostsStamp, text -> hosts = Hosts.parse(text));
    switch (source) {
      case NamesConfig.Source.System _ ->
          resolvStamp =
              read(files.resolvConf(), resolvStamp, text -> servers = NameServers.parse(text));
      case NamesConfig.Source.Servers fixed -> servers = NameServers.of(addresses(fixed.servers()));
    }
  }

  @Override
  public void close() {
    Optional.ofNullable(watcher).ifPresent(Thread::interrupt);
  }

  /**
   * A file that is gone counts as empty; one that cannot be read leaves what was known in force.
   */
  private static Stamp read(Path path, Stamp before, Consumer<String> use) {
    try {
      Stamp now = Stamp.of(path);
      if (now.equals(before)) {
        return before;
      }
      if (now.size() > MOST_BYTES) {
        LOG.warn(
            "{} has more than 64 MiB; what it said before stays in force. Use lists for large sets of names.",
            path);
        return now;
      }
      use.accept(
          now.equals(Stamp.MISSING)
              ? ""
              : new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
      return now;
    } catch (IOException e) {
      if (!before.equals(Stamp.UNREADABLE)) {
        LOG.warn("{} cannot be read ({}); what it said before stays in force.", path, e.toString());
      }
      return Stamp.UNREADABLE;
    }
  }

  private static List<InetSocketAddress> addresses(List<Authority> servers) {
    return servers.stream().map(Surroundings::address).toList();
  }

  private static InetSocketAddress address(Authority server) {
    if (!(server.host() instanceof IpAddress address)) {
      throw new IllegalArgumentException("a name server is given by its address: " + server);
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address.bytes()), server.port());
    } catch (UnknownHostException e) {
      throw new UncheckedIOException(e);
    }
  }
}
