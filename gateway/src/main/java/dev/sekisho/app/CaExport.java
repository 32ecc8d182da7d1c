package dev.sekisho.app;

import dev.sekisho.data.inspect.Authorities;
import dev.sekisho.data.inspect.Authority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sekisho ca export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Write what clients must trust; with --with-key, what another node needs.")
final class CaExport implements Callable<Integer> {
  /** Java's own default, expected by every tool; what it protects is public. */
  private static final String PUBLIC_PASSWORD = "changeit";

  private enum Format {
    PEM,
    DER,
    P12
  }

  @Mixin private Place place = new Place();

  @Option(
      names = "--format",
      paramLabel = "pem|der|p12",
      defaultValue = "pem",
      description =
          "pem: all that is published; der: the one to trust now; p12: a trust store (password changeit). Default: pem.")
  private Format format = Format.PEM;

  @Option(names = "--out", paramLabel = "FILE", description = "Default: standard output.")
  private @Nullable Path out;

  @Option(
      names = "--with-key",
      description =
          "Also the private key of the current authority; needs --out, which is made 0600.")
  private boolean withKey;

  @Option(
      names = "--passphrase",
      paramLabel = "file:PATH|env:NAME",
      description = "Protects a p12 with the key.")
  private @Nullable String passphrase;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    Authorities authorities = CaPlace.of(place).found().authorities();
    byte[] content = withKey ? secretContent(authorities.current()) : content(authorities);
    if (out == null) {
      print(content);
    } else {
      write(out.toAbsolutePath(), content);
    }
    return Exit.FINE;
  }

  private byte[] content(Authorities authorities) {
    return switch (format) {
      case PEM -> authorities.published().getBytes(StandardCharsets.US_ASCII);
      case DER -> authorities.publishedDer();
      case P12 -> {
        List<X509Certificate> all = new ArrayList<>(authorities.current().chain());
        authorities.next().ifPresent(next -> all.addAll(next.chain()));
        yield store(
            PUBLIC_PASSWORD.toCharArray(),
            (store, _) -> {
              for (int i = 0; i < all.size(); i++) {
                store.setCertificateEntry("sekisho-" + (i + 1), all.get(i));
              }
            });
      }
    };
  }

  private byte[] secretContent(Authority authority) {
    if (out == null) {
      throw new UserError("The private key is not printed; name a file with --out.");
    }
    return switch (format) {
      case PEM -> authority.pemWithKey().getBytes(StandardCharsets.US_ASCII);
      case DER ->
          throw new UserError("--format der has room for a certificate alone; use pem or p12.");
      case P12 -> {
        String secret =
            CaImport.secret(passphrase)
                .orElseThrow(() ->
                    new UserError("A p12 with the key needs --passphrase file:PATH or env:NAME."));
        yield store(
            secret.toCharArray(),
            (store, password) ->
                store.setKeyEntry(
                    "sekisho",
                    authority.key(),
                    password,
                    authority.chain().toArray(X509Certificate[]::new)));
      }
    };
  }

  private interface Filling {
    void into(KeyStore store, char[] password) throws GeneralSecurityException;
  }

  private static byte[] store(char[] password, Filling filling) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      filling.into(store, password);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      store.store(bytes, password);
      return bytes.toByteArray();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this JDK cannot write PKCS#12", e);
    }
  }

  private void print(byte[] content) {
    if (format == Format.PEM) {
      spec.commandLine().getOut().print(new String(content, StandardCharsets.US_ASCII));
      spec.commandLine().getOut().flush();
    } else {
      System.out.writeBytes(content);
      System.out.flush();
    }
  }

  /** Whole or not at all. A file with the key is its owner's alone from its first byte. */
  private void write(Path file, byte[] content) {
    Path parent = file.getParent();
    try {
      if (!withKey) {
        Files.write(file, content);
        return;
      }
      // createTempFile makes it 0600.
      Path written =
          Files.createTempFile(parent == null ? Path.of("/") : parent, ".sekisho-", ".new");
      Files.write(written, content);
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UserError(
          "The file " + file + " cannot be written (" + e.getClass().getSimpleName() + ").");
    }
  }
}
