package dev.sekisho.data.inspect;

import dev.sekisho.testing.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Certificates and keys of every kind, made by the openssl program in one folder. */
record OpenSsl(Path folder) {
  Path certificate(String name) {
    return folder.resolve(name + ".pem");
  }

  Path key(String name) {
    return folder.resolve(name + ".key");
  }

  String run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(Arrays.asList(words));
    Program.Result result = Program.run(command.toArray(String[]::new));
    if (result.exit() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + result.errors());
    }
    return result.output();
  }

  void newKey(String name, String curve) throws IOException, InterruptedException {
    run(
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:" + curve,
        "-out",
        key(name).toString());
  }

  void newRsa(String name, int bits) throws IOException, InterruptedException {
    run(
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:" + bits,
        "-out",
        key(name).toString());
  }

  /** Self-signed, good for thirty days, by a key that is made now. */
  void root(String name, String curve, String subject) throws IOException, InterruptedException {
    newKey(name, curve);
    selfSigned(
        name,
        subject,
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
            + "subjectKeyIdentifier=hash\n");
  }

  /** Self-signed with these extensions, by the key of the same name. */
  void selfSigned(String name, String subject, String extensions, String... more)
      throws IOException, InterruptedException {
    request(name, subject);
    List<String> words =
        new ArrayList<>(
            List.of(
                "x509",
                "-req",
                "-in",
                folder.resolve(name + ".csr").toString(),
                "-signkey",
                key(name).toString(),
                "-extfile",
                extensions(name, extensions).toString(),
                "-out",
                certificate(name).toString()));
    words.addAll(Arrays.asList(more));
    if (!words.contains("-days")) {
      words.addAll(List.of("-days", "30"));
    }
    run(words.toArray(String[]::new));
  }

  /** Signed by another, with a P-256 key that is made now. */
  void authority(String name, String issuer, String subject, String extensions, String... more)
      throws IOException, InterruptedException {
    newKey(name, "P-256");
    request(name, subject);
    List<String> words =
        new ArrayList<>(
            List.of(
                "x509",
                "-req",
                "-in",
                folder.resolve(name + ".csr").toString(),
                "-CA",
                certificate(issuer).toString(),
                "-CAkey",
                key(issuer).toString(),
                "-CAcreateserial",
                "-days",
                "30",
                "-extfile",
                extensions(name, extensions).toString(),
                "-out",
                certificate(name).toString()));
    words.addAll(Arrays.asList(more));
    run(words.toArray(String[]::new));
  }

  private void request(String name, String subject) throws IOException, InterruptedException {
    run(
        "req",
        "-new",
        "-utf8",
        "-key",
        key(name).toString(),
        "-subj",
        subject,
        "-out",
        folder.resolve(name + ".csr").toString());
  }

  private Path extensions(String name, String lines) throws IOException {
    return Files.writeString(folder.resolve(name + ".ext"), lines);
  }

  /** One file with the certificates of these names, in this order. */
  Path joined(String... names) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String name : names) {
      all.append(Files.readString(certificate(name)));
    }
    return Files.writeString(folder.resolve(String.join("-", names) + ".chain"), all);
  }
}
