package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Debian's Chromium without a window, on the load's core, with a fresh profile each time. It does
 * its checks of certificates, but goes on whatever they say, so that it needs no store of its own.
 */
record Browser(Testbed bed, Origins origins) {
  private static final Pattern LOADED = Pattern.compile("load ([0-9.]+) images (\\d+)");
  private static final List<String> OPTIONS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-dev-shm-usage",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-default-apps",
          "--disable-extensions",
          "--disable-sync",
          "--ignore-certificate-errors",
          // Nothing it does by itself leaves the machine.
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE " + Origins.HOST + ", EXCLUDE 127.0.0.1",
          "--dump-dom");

  static boolean installed(Testbed bed) throws InterruptedException {
    try {
      bed.run(Testbed.Core.LOAD, Account.OURS, List.of("sh", "-c", "command -v chromium"));
      return true;
    } catch (IOException absent) {
      return false;
    }
  }

  /** Milliseconds from the start of the navigation to the load event. */
  double open(Optional<Proxy> proxy) throws IOException, InterruptedException {
    Path profile = Files.createTempDirectory(bed.folder, "chromium-");
    List<String> command =
        new ArrayList<>(
            List.of("env", "HOME=" + profile, "chromium", "--user-data-dir=" + profile));
    command.addAll(OPTIONS);
    if (proxy.isPresent()) {
      command.add("--proxy-server=http://127.0.0.1:" + proxy.get().launch.port());
      command.add("--proxy-bypass-list=<-loopback>");
    } else {
      command.add("--no-proxy-server");
    }
    command.add("https://" + Origins.HOST + ":" + origins.inside.port + "/index.html");
    String text = bed.run(Testbed.Core.LOAD, Account.OURS, command);
    Matcher loaded = LOADED.matcher(text);
    if (!loaded.find() || Integer.parseInt(loaded.group(2)) != TlsOrigin.PAGE_OBJECTS) {
      throw new IOException("Chromium did not load the page whole:\n" + text);
    }
    return Double.parseDouble(loaded.group(1));
  }
}
