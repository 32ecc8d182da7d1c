package dev.sekisho.data.listen;

/**
 * One exchange.
 *
 * @param request method, target after the authority and version
 * @param fields whole lines with their ends, but for Host
 * @param body as it goes over the wire
 * @param response as it comes over the wire
 */
record FidelityCase(String name, String request, String fields, String body, String response) {
  String method() {
    return request.substring(0, request.indexOf(' '));
  }

  String target() {
    return request.split(" ")[1];
  }

  /** The head with a target of the given form. */
  String head(String authority, String before) {
    String version = request.substring(request.lastIndexOf(' ') + 1);
    return method()
        + " "
        + before
        + target()
        + " "
        + version
        + "\r\nHost: "
        + authority
        + "\r\n"
        + fields
        + "\r\n";
  }

  @Override
  public String toString() {
    return name;
  }
}
