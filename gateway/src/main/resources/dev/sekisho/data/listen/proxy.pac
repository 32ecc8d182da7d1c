// Sekisho. What is beside the gateway goes directly, and everything else through it. There is no
// "; DIRECT" behind the proxy: that would be a way around it.
function FindProxyForURL(url, host) {
  var name = host.toLowerCase();
  var proxy = "{proxy}";
  if (name === "sekisho") return proxy; // the gateway's own page
  var private4 =
    /^(10|127|169\.254|172\.(1[6-9]|2[0-9]|3[01])|192\.168)(\.[0-9]{1,3})+$/;
  var private6 = /^\[?(::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]?$/;
  if (private4.test(name) || private6.test(name)) return "DIRECT";
  if (/[.:]/.test(name)) return proxy;
  return "DIRECT"; // a plain name, which is one of the own network
}
