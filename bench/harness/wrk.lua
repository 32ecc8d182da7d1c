-- Asks in absolute form, as a client of a forward proxy does, and prints the exact counts for the harness.
function init(args)
  wrk.path = args[1]
  wrk.headers["Host"] = string.match(args[1], "//([^/]+)")
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("counts requests=%d errors=%d p50=%d p99=%d\n", summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
