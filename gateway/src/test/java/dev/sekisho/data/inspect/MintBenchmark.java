package dev.sekisho.data.inspect;

import dev.sekisho.net.DomainName;
import dev.sekisho.net.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a new name costs: {@code MintBenchmark NAMES}. Prints the time to sign alone, to sign and
 * make the context, and the resident memory that each kept context adds to the process.
 */
public final class MintBenchmark {
  private MintBenchmark() {}

  private interface Work {
    void once(Host host) throws GeneralSecurityException, IOException;
  }

  public static void main(String[] arguments) throws Exception {
    int names = Integer.parseInt(arguments[0]);
    Instant now = Instant.now();
    Authority authority = Authority.make("bench", now);
    SecureRandom random = new SecureRandom();
    KeyPair pair = Authority.newKey(random);
    var span = new CertificateForm.Span(now, now.plus(Duration.ofDays(30)));
    byte[] message = new byte[400];
    Epoch epoch = Epoch.first(authority, now);
    for (int round = 0; round < 3; round++) {
      time("signature alone", names, _ -> authority.algorithm().sign(authority.key(), message));
      time(
          "leaf certificate",
          names,
          host -> CertificateForm.leaf(authority, host, span, pair.getPublic(), random));
      time("leaf and context", names, host -> epoch.mint(host, now));
    }
    List<LeafContext> kept = new ArrayList<>();
    System.gc();
    long before = resident();
    for (int i = 0; i < names; i++) {
      kept.add(epoch.mint(name(i), now).context());
    }
    System.gc();
    long each = (resident() - before) / names;
    System.out.printf(Locale.ROOT, "%d kept: %d bytes each%n", kept.size(), each);
    X509Certificate own = authority.certificate();
    System.out.printf(Locale.ROOT, "authority %d bytes%n", own.getEncoded().length);
  }

  private static Host name(int number) {
    return new DomainName("n" + number + ".bench.example");
  }

  private static void time(String what, int names, Work work)
      throws GeneralSecurityException, IOException {
    long begin = System.nanoTime();
    for (int i = 0; i < names; i++) {
      work.once(name(i));
    }
    double each = (System.nanoTime() - begin) / 1e3 / names;
    System.out.printf(Locale.ROOT, "%-18s %8.1f us%n", what, each);
  }

  private static long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException("no VmRSS");
  }
}
