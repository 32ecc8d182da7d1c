package dev.sekisho.data.names;

import java.nio.file.Path;

/** The host's own files about names. */
public record SystemFiles(Path hosts, Path resolvConf) {
  public static SystemFiles usual() {
    return new SystemFiles(Path.of("/etc/hosts"), Path.of("/etc/resolv.conf"));
  }
}
