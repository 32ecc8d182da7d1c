package dev.sekisho.app;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Where a new password comes from: a file, the terminal without being shown, or standard input. */
final class PasswordPrompt {
  private PasswordPrompt() {}

  static String password(String name, Optional<Path> file) throws IOException {
    if (file.isPresent()) {
      try (BufferedReader reader = Files.newBufferedReader(file.get())) {
        return firstLine(reader);
      } catch (CharacterCodingException e) {
        throw new UserError("The password in " + file.get() + " is not UTF-8.");
      } catch (IOException e) {
        throw new UserError(
            "The password cannot be read from "
                + file.get()
                + " ("
                + e.getClass().getSimpleName()
                + ").");
      }
    }
    Optional<Console> terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal);
    return terminal.isPresent()
        ? twice(name, terminal.get())
        : firstLine(new InputStreamReader(System.in, StandardCharsets.UTF_8.newDecoder()));
  }

  private static String firstLine(Reader reader) throws IOException {
    String line = new BufferedReader(reader).readLine();
    return line == null ? "" : line;
  }

  private static String twice(String name, Console console) {
    char[] first = console.readPassword("Password for %s: ", name);
    char[] second = console.readPassword("Once more: ");
    if (first == null || second == null || !Arrays.equals(first, second)) {
      throw new UserError("The two passwords differ; nothing was changed.");
    }
    String password = new String(first);
    Arrays.fill(first, '\0');
    Arrays.fill(second, '\0');
    return password;
  }
}
