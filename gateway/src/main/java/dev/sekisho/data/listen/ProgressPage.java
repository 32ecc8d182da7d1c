package dev.sekisho.data.listen;

import dev.sekisho.data.exchange.Exchange;
import dev.sekisho.data.exchange.Refusal;
import dev.sekisho.data.http1.FieldName;
import dev.sekisho.data.http1.RequestHead;
import dev.sekisho.data.http1.ResponseHead;
import dev.sekisho.scan.Delivery;
import dev.sekisho.scan.Verdict;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The page that a browser gets while its download is fetched and scanned. It is one response that
 * grows: each line of progress hides the one before, the last is the link to the file, or why there
 * is none. No script is needed, and nobody has to ask again.
 *
 * <p>The link is the same URL with one parameter more, so that picking the file up is an ordinary
 * request, which policy decides and the journal records; only the origin is not asked.
 */
final class ProgressPage {
  private static final String PARAMETER = "sekisho-download=";
  private static final Pattern PICKED_UP =
      Pattern.compile("(?:^|&)" + PARAMETER + "([0-9a-f]{32})$");
  private static final String DISPOSITION = "content-disposition";
  private static final Pattern FILE_NAME =
      Pattern.compile("filename=\"?([^\";]{1,200})\"?", Pattern.CASE_INSENSITIVE);

  /** What browsers show in the window instead of saving it. */
  private static final Set<String> SHOWN =
      Set.of(
          "application/json",
          "application/xml",
          "application/pdf",
          "application/javascript",
          "application/xhtml+xml",
          "application/wasm");

  private static final PageTemplate HTML = PageTemplate.of("progress.html");
  private static final Properties ENGLISH = PageTemplate.texts("progress_en.properties");
  private static final Properties JAPANESE = PageTemplate.texts("progress_ja.properties");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ScanSubjects subjects;
  private final Exchange exchange;
  private final Download download;
  private final Lane lane;
  private final String token = token();
  private final String language;
  private final Properties texts;

  ProgressPage(ScanSubjects subjects, Exchange exchange, Download download, Lane lane) {
    this.subjects = subjects;
    this.exchange = exchange;
    this.download = download;
    this.lane = lane;
    boolean japanese =
        RefusalPage.prefersJapanese(subjects.head().fields().first(FieldName.ACCEPT_LANGUAGE));
    this.language = japanese ? "ja" : "en";
    this.texts = japanese ? JAPANESE : ENGLISH;
  }

  private static String token() {
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Whether a browser waits for this in its window, and would save it. */
  static boolean suits(RequestHead request, ResponseHead response, Delivery delivery) {
    boolean window =
        request.method().equals("GET")
            && response.status() == 200
            && accepts(request)
            && destination(request);
    return switch (delivery) {
      case HOLD, TRICKLE -> false;
      case PAGE -> window;
      case AUTO -> window && isSaved(response);
    };
  }

  private static boolean accepts(RequestHead request) {
    String accept = request.fields().first(FieldName.ACCEPT);
    return accept != null && accept.contains("text/html");
  }

  /** Fetch metadata, where a browser sends them: a navigation and no part of a page. */
  private static boolean destination(RequestHead request) {
    String destination = request.fields().first("sec-fetch-dest");
    return destination == null || destination.equals("document");
  }

  private static boolean isSaved(ResponseHead response) {
    String disposition = response.fields().first(DISPOSITION);
    if (disposition != null && disposition.toLowerCase(Locale.ROOT).startsWith("attachment")) {
      return true;
    }
    String type = MediaType.of(response.fields());
    return type != null && type.startsWith("application/") && !SHOWN.contains(type);
  }

  /** What a request picks up that follows the link; its body is held for the caller. */
  static Optional<KeptBodies.Kept> pickedUp(ScanSubjects subjects, String user, Lane lane) {
    if (!subjects.head().method().equals("GET")) {
      return Optional.empty();
    }
    @Nullable String query = subjects.asked().query();
    Matcher matcher = PICKED_UP.matcher(query == null ? "" : query);
    return matcher.find()
        ? lane.means().paged().find(key(subjects, user, matcher.group(1)))
        : Optional.empty();
  }

  private static KeptBodies.Key key(ScanSubjects subjects, String user, String token) {
    return new KeptBodies.Key(
        subjects.asked().host().text() + ":" + subjects.asked().port() + subjects.asked().path(),
        user,
        subjects.client().text() + " " + token);
  }

  private static KeptBodies.Key keyOfNextTime(ScanSubjects subjects, String user) {
    return new KeptBodies.Key(subjects.asked().url(), user, subjects.client().text());
  }

  /** Whether this client had a page for it, whose link is what is asked for now. */
  static boolean isComingAgain(ScanSubjects subjects, String user, Lane lane) {
    return lane.means().paged().isComingAgain(keyOfNextTime(subjects, user));
  }

  void begin(Afterwards afterwards) {
    download.beginPage(afterwards, language);
    write(
        new String(
            HTML.fill(name ->
                switch (name) {
                  case "lang" -> language;
                  case "file" -> PageTemplate.escaped(fileName());
                  case "host" -> PageTemplate.escaped(subjects.asked().host().text());
                  case "id" -> exchange.id().toString();
                  default -> texts.getProperty(name);
                }),
            StandardCharsets.UTF_8));
  }

  /**
   * @param came bytes so far
   */
  void progress(long came) {
    long total = download.head().contentLength();
    String bar =
        total > 0
            ? "<progress max=\"" + total + "\" value=\"" + Math.min(came, total) + "\"></progress>"
            : "<progress></progress>";
    String amount =
        total > 0 ? megabytes(came) + " / " + megabytes(total) + " MB" : megabytes(came) + " MB";
    String doing = total > 0 && came >= total ? "scanning" : "fetching";
    line("now", bar + "<br>" + texts.getProperty(doing) + " " + amount);
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
  }

  /** The whole file may go: it is picked up here, where it can be kept. */
  void ready(KeptBodies.Kept file) {
    if (!lane.means().paged().keep(key(subjects, exchange.user(), token), file)) {
      again(file.verdict());
      return;
    }
    @Nullable String query = subjects.asked().query();
    String link =
        PageTemplate.escaped("?" + (query == null ? "" : query + "&") + PARAMETER + token);
    link(file.verdict(), link, "kept");
    write("<meta http-equiv=\"refresh\" content=\"0;url=" + link + "\">\n</main></body></html>\n");
  }

  /**
   * It may go, but is not here. The link is the URL itself, which gets no page the next time.
   * Nobody follows it by itself: what does not end would be fetched for ever.
   */
  void again(Verdict verdict) {
    lane.means().paged().comesAgain(keyOfNextTime(subjects, exchange.user()));
    link(verdict, PageTemplate.escaped(subjects.asked().url()), "again");
    write("</main></body></html>\n");
  }

  private void link(Verdict verdict, String link, String note) {
    line(
        "now done",
        said(verdict)
            + "<br><a href=\""
            + link
            + "\">"
            + PageTemplate.escaped(fileName())
            + "</a><br><small>"
            + texts.getProperty(note)
            + "</small>");
  }

  private String said(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Clean _ -> texts.getProperty("clean");
      case Verdict.Unscanned unscanned ->
          texts.getProperty("unscanned")
              + "<br><span lang=\"en\">"
              + PageTemplate.escaped(unscanned.detail())
              + "</span>";
      case Verdict.Infected _ -> throw new IllegalStateException("nobody gets a link to this");
    };
  }

  void refused(Refusal refusal) {
    line(
        "now bad",
        texts.getProperty("refused")
            + "<br><span lang=\"en\">"
            + PageTemplate.escaped(refusal.reason())
            + "</span>");
    write("</main></body></html>\n");
  }

  private void line(String kind, String html) {
    write("<p class=\"" + kind + "\">" + html + "</p>\n");
  }

  private void write(String html) {
    download.data(Unpooled.wrappedBuffer(html.getBytes(StandardCharsets.UTF_8)));
    download.flush();
  }

  private String fileName() {
    String disposition = download.head().fields().first(DISPOSITION);
    Matcher given = FILE_NAME.matcher(disposition == null ? "" : disposition);
    if (given.find()) {
      return given.group(1);
    }
    String path = subjects.asked().path();
    String last = path.substring(path.lastIndexOf('/') + 1);
    return last.isEmpty() ? subjects.asked().host().text() : last;
  }
}
