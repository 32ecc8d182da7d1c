package dev.sekisho.identity;

import dev.sekisho.net.IpAddress;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** No users are configured. */
final class Nobody implements Identity {
  private static final Answer UNAVAILABLE = new Answer.Unavailable("No users are configured.");

  @Override
  public Optional<String> challenge() {
    return Optional.empty();
  }

  @Override
  public Answer known(String credentials, IpAddress client) {
    return UNAVAILABLE;
  }

  @Override
  public void check(String credentials, IpAddress client, Executor loop, Consumer<Answer> then) {
    loop.execute(() -> then.accept(UNAVAILABLE));
  }
}
