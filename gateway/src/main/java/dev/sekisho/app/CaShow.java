package dev.sekisho.app;

import dev.sekisho.data.inspect.Authority;
import java.io.PrintWriter;
import java.security.cert.X509Certificate;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sekisho ca show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show the authority: name, fingerprint, validity, file, and what clients need.")
final class CaShow implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    CaPlace.Found found = CaPlace.of(place).found();
    out.println("Signs now:");
    describe(out, found.authorities().current());
    out.println("  file         " + found.file());
    found
        .authorities()
        .next()
        .ifPresent(next -> {
          out.println("Signs after the next 'sekisho ca rotate', and is published already:");
          describe(out, next);
        });
    out.println(
        "Clients must trust "
            + (found.authorities().next().isPresent() ? "both" : "it")
            + ": 'sekisho ca export --out ca.pem' writes the file, and the gateway serves it as /ca.pem.");
    out.flush();
    return Exit.FINE;
  }

  static void describe(PrintWriter out, Authority authority) {
    X509Certificate own = authority.certificate();
    out.println("  subject      " + own.getSubjectX500Principal().getName());
    out.println("  SHA-256      " + Authority.fingerprint(own));
    out.println(
        "  valid        "
            + own.getNotBefore().toInstant()
            + " to "
            + own.getNotAfter().toInstant());
    for (X509Certificate above : authority.chain().subList(1, authority.chain().size())) {
      out.println("  certified by " + above.getSubjectX500Principal().getName());
      out.println("    SHA-256    " + Authority.fingerprint(above));
    }
  }
}
