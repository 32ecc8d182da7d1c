package dev.sekisho.policy;

import dev.sekisho.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The compiled policy: immutable, shared by all event loops, replaced as a whole on reload. */
public final class Policy {
  /** Decides by what is known so far (docs/policy.md has the rules). Never throws, never blocks. */
  public Decision decide(Facts facts) {
    throw new UnsupportedOperationException("contract");
  }

  /** The device the address belongs to (the first configured that contains it), or null. */
  public @Nullable String device(IpAddress client) {
    throw new UnsupportedOperationException("contract");
  }

  /** The categories of what is asked for, as far as it is known. */
  public List<String> categories(Facts facts) {
    throw new UnsupportedOperationException("contract");
  }

  /** Whether a rule that allows this exchange names the address itself, so that a special-purpose address may be dialled. */
  public boolean namesAddress(Facts facts, IpAddress address) {
    throw new UnsupportedOperationException("contract");
  }
}
