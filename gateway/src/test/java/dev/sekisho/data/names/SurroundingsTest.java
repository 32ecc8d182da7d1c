package dev.sekisho.data.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurroundingsTest {
  @TempDir private Path folder;

  private SystemFiles files;

  @BeforeEach
  void name() {
    files = new SystemFiles(folder.resolve("hosts"), folder.resolve("resolv.conf"));
  }

  @Test
  void readsHostsFilesAsTheCLibraryDoes() {
    Hosts hosts =
        Hosts.parse(
            """
            127.0.0.1\tlocalhost   # comment
            # 10.0.0.1 commented
              10.0.0.2   Printer.Corp.Example. printer
            fd00::2 printer
            10.0.0.2 printer
            fe80::1%eth0 scoped
            not-an-address name
            10.0.0.3
            10.0.0.4 bad..name good
            10.0.0.5 before bad..name

            """);
    assertThat(texts(hosts, "printer.corp.example")).containsExactly("10.0.0.2");
    assertThat(texts(hosts, "printer")).containsExactly("10.0.0.2", "fd00::2");
    assertThat(texts(hosts, "localhost")).containsExactly("127.0.0.1");
    assertThat(texts(hosts, "before")).containsExactly("10.0.0.5");
    assertThat(hosts.entries())
        .doesNotContainKeys(new DomainName("scoped"), new DomainName("name"));
  }

  @Test
  void keepsNoMoreThanThirtyTwoAddressesOfAName() {
    StringBuilder text = new StringBuilder();
    IntStream.range(0, 100).forEach(i -> text.append("10.0.0.").append(i).append(" many\n"));
    assertThat(texts(Hosts.parse(text.toString()), "many")).hasSize(32);
  }

  @Test
  void readsResolvConf() {
    NameServers servers =
        NameServers.parse(
            """
            # comment
            ; comment
            search corp.example
            nameserver 10.0.0.2
            nameserver   fd00::53
            nameserver not-an-address
            nameserver 10.0.0.3
            nameserver 10.0.0.4
            options ndots:5 timeout:2 attempts:3 rotate
            """);
    assertThat(servers.servers())
        .extracting(Inquiry::text)
        .containsExactly("10.0.0.2:53", "[fd00:0:0:0:0:0:0:53]:53", "10.0.0.3:53");
    assertThat(servers.patience()).isEqualTo(Duration.ofSeconds(2));
    assertThat(servers.rounds()).isEqualTo(3);
  }

  @Test
  void asksTheNameServerOfThisMachineWhenNoneIsNamed() {
    NameServers servers = NameServers.parse("options timeout:0 attempts:99 timeout:x\n");
    assertThat(servers.servers()).extracting(Inquiry::text).containsExactly("127.0.0.1:53");
    assertThat(servers.patience()).isEqualTo(Duration.ofSeconds(1));
    assertThat(servers.rounds()).isEqualTo(5);
  }

  @Test
  void sharesTheTimeForTheWholeBetweenTheAttempts() {
    NameServers servers = NameServers.parse("nameserver 10.0.0.2\nnameserver 10.0.0.3\n");
    assertThat(servers.within(Duration.ofSeconds(4)).patience()).isEqualTo(Duration.ofSeconds(1));
    assertThat(servers.within(Duration.ofSeconds(60)).patience()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void readsTheHostsFileAgainWhenItHasChanged() throws IOException {
    write(files.hosts(), "10.0.0.1 a\n", 1);
    Surroundings surroundings = open();
    assertThat(texts(surroundings.hosts(), "a")).containsExactly("10.0.0.1");
    write(files.hosts(), "10.0.0.2 a\n", 2);
    surroundings.look();
    assertThat(texts(surroundings.hosts(), "a")).containsExactly("10.0.0.2");
    Hosts before = surroundings.hosts();
    surroundings.look();
    assertThat(surroundings.hosts()).isSameAs(before);
    Files.delete(files.hosts());
    surroundings.look();
    assertThat(surroundings.hosts().entries()).isEmpty();
  }

  @Test
  void keepsWhatItKnewWhileAFileCannotBeRead() throws IOException {
    write(files.hosts(), "10.0.0.1 a\n", 1);
    Surroundings surroundings = open();
    Files.delete(files.hosts());
    Files.createDirectory(files.hosts());
    surroundings.look();
    assertThat(texts(surroundings.hosts(), "a")).containsExactly("10.0.0.1");
    Files.delete(files.hosts());
    surroundings.look();
    assertThat(surroundings.hosts().entries()).isEmpty();
    write(files.hosts(), "10.0.0.3 a\n", 3);
    surroundings.look();
    assertThat(texts(surroundings.hosts(), "a")).containsExactly("10.0.0.3");
  }

  @Test
  void saysWhenThereAreOtherNameServers() throws Exception {
    write(files.resolvConf(), "nameserver 10.0.0.2\n", 1);
    try (Surroundings surroundings = open()) {
      CountDownLatch changed = new CountDownLatch(1);
      surroundings.watch(changed::countDown);
      write(files.resolvConf(), "nameserver 10.0.0.9\n", 2);
      assertThat(changed.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(surroundings.servers().servers())
          .extracting(Inquiry::text)
          .containsExactly("10.0.0.9:53");
    }
  }

  @Test
  void interleavesFamiliesWithoutRepetition() throws Exception {
    List<IpAddress> all =
        List.of(
            IpAddress.parse("10.0.0.1"),
            IpAddress.parse("10.0.0.2"),
            IpAddress.parse("10.0.0.1"),
            IpAddress.parse("10.0.0.3"),
            IpAddress.parse("fd00::1"));
    assertThat(Preference.IPV6_FIRST.interleave(all))
        .extracting(IpAddress::text)
        .containsExactly("fd00::1", "10.0.0.1", "10.0.0.2", "10.0.0.3");
    assertThat(Preference.IPV4_FIRST.interleave(all))
        .extracting(IpAddress::text)
        .containsExactly("10.0.0.1", "fd00::1", "10.0.0.2", "10.0.0.3");
  }

  private Surroundings open() {
    return new Surroundings(files, new NamesConfig.Source.System(), () -> Preference.IPV4_FIRST);
  }

  /** With a time of its own, so that the change shows on file systems with coarse clocks, too. */
  private static void write(Path path, String text, int minute) throws IOException {
    Files.writeString(path, text);
    Files.setLastModifiedTime(
        path, FileTime.from(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(60L * minute)));
  }

  private static List<String> texts(Hosts hosts, String name) {
    return hosts.entries().getOrDefault(new DomainName(name), List.of()).stream()
        .map(IpAddress::text)
        .toList();
  }
}
