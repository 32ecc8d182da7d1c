package dev.sekisho.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The built-in signatures: whole bodies that are known, and no more. A known file inside an
 * archive, or with one byte changed, is not found; this is not an anti-virus.
 */
final class Signatures implements Engine {
  private final List<EngineConfig.SignatureEngine> all;
  private final boolean eicar;
  private final boolean digests;
  private final String version;
  private final Instant since = Instant.now();

  Signatures(List<EngineConfig.SignatureEngine> all) {
    this.all = List.copyOf(all);
    this.eicar = all.stream().anyMatch(EngineConfig.SignatureEngine::eicar);
    this.digests = all.stream().anyMatch(one -> one.digests().size() > 0);
    this.version =
        (eicar ? "eicar " : "")
            + String.join(",", all.stream().map(one -> one.digests().fingerprint()).toList());
  }

  @Override
  public String name() {
    return "signatures";
  }

  /** A list may hold the digest of the compressed file as well as that of its content. */
  @Override
  public Finding scan(Body body, Body.View view, long deadline) throws InterruptedException {
    Finding finding = look(body, view, deadline);
    if (finding instanceof Finding.Nothing
        && digests
        && view == Body.View.DECODED
        && !body.isPlain()) {
      return look(body, Body.View.RAW, deadline);
    }
    return finding;
  }

  /** Whether it looks for digests, and not for EICAR alone. */
  boolean hasDigests() {
    return digests;
  }

  private Finding look(Body body, Body.View view, long deadline) throws InterruptedException {
    return digests && (view == Body.View.RAW || body.isPlain())
        ? lookAsSent(body)
        : lookThrough(body, view, deadline);
  }

  /** The digest of all of it is known without reading it again. */
  private Finding lookAsSent(Body body) throws InterruptedException {
    byte[] head = new byte[Eicar.LONGEST + 1];
    try (InputStream in = body.source().open()) {
      int length = in.readNBytes(head, 0, head.length);
      if (eicar && Eicar.is(head, length)) {
        return new Finding.Found(Eicar.NAME);
      }
      return find(body.source().sha256()).orElseGet(Finding.Nothing::new);
    } catch (FaultException e) {
      return new Finding.Unable(e.fault());
    } catch (InterruptedIOException _) {
      Thread.interrupted();
      throw new InterruptedException();
    } catch (IOException e) {
      return Finding.unable(
          Verdict.Reason.SPOOL_FULL, "What is held cannot be read: " + e.getMessage() + ".");
    }
  }

  private Finding lookThrough(Body body, Body.View view, long deadline)
      throws InterruptedException {
    byte[] head = new byte[Eicar.LONGEST + 1];
    MessageDigest sha256 = Sha256.begin();
    try (Reading reading = body.read(view)) {
      int length = readAll(reading, head, digests ? sha256::update : _ -> {}, deadline);
      if (length < 0) {
        return Finding.unable(Verdict.Reason.TIMEOUT, "The built-in signatures took too long.");
      }
      if (eicar && Eicar.is(head, length)) {
        return new Finding.Found(Eicar.NAME);
      }
      Optional<Finding> listed = find(sha256.digest());
      return listed.orElseGet(
          () -> reading.fault().<Finding>map(Finding.Unable::new).orElseGet(Finding.Nothing::new));
    }
  }

  /**
   * Reads to the end; the first bytes go into {@code head} too.
   *
   * @return how long the body is, but at most the length of {@code head}; -1 after the deadline
   */
  private static int readAll(Reading reading, byte[] head, Consumer<byte[]> whole, long deadline)
      throws InterruptedException {
    byte[] buffer = new byte[16 << 10];
    int filled = 0;
    for (int count = reading.read(buffer, 0, buffer.length);
        count >= 0;
        count = reading.read(buffer, 0, buffer.length)) {
      int copied = Math.min(count, head.length - filled);
      System.arraycopy(buffer, 0, head, filled, copied);
      filled += copied;
      whole.accept(count == buffer.length ? buffer : Arrays.copyOf(buffer, count));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() - deadline > 0) {
        return -1;
      }
    }
    return filled;
  }

  private Optional<Finding> find(byte[] digest) {
    return all.stream()
        .flatMap(one -> one.digests().find(digest).stream())
        .<Finding>map(Finding.Found::new)
        .findFirst();
  }

  @Override
  public List<EngineStatus> status() {
    List<String> content = new ArrayList<>();
    if (eicar) {
      content.add("the EICAR test file");
    }
    int size = all.stream().mapToInt(one -> one.digests().size()).sum();
    content.add(size + " SHA-256 digests");
    return List.of(
        new EngineStatus(
            "signatures", EngineStatus.State.UP, since, String.join(", ", content), null));
  }

  /** Nothing changes while it runs; a list that is read again makes another scanner. */
  @Override
  public String version(Scanner.Direction direction) {
    return version;
  }

  @Override
  public void close() {
    // It has nothing open.
  }
}
