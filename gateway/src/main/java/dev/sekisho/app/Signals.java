package dev.sekisho.app;

import java.util.Optional;

/**
 * What an operator tells the process by signals. It listens before the gateway is started, because
 * a SIGHUP that nobody listens to ends a process; one that comes too early is heeded as soon as
 * there is a gateway.
 */
final class Signals {
  /** Who is told. */
  interface Told {
    void reload();

    void stop();
  }

  private sealed interface Stage {
    record Starting() implements Stage {}

    /** Starting, perhaps with a configuration that is no longer the newest. */
    record Overtaken() implements Stage {}

    record Running(Told gateway) implements Stage {}

    record Ended() implements Stage {}
  }

  private Stage stage = new Stage.Starting();

  /** SIGHUP. */
  void reload() {
    current().ifPresent(Told::reload);
  }

  /** The process ends: what was started is stopped, once. */
  void end() {
    Optional<Told> running = ended();
    running.ifPresent(Told::stop);
  }

  /** From now on the gateway is told. */
  void running(Told gateway) {
    switch (begun(gateway)) {
      case Stage.Starting _, Stage.Running _ -> {}
      case Stage.Overtaken _ -> gateway.reload();
      case Stage.Ended _ -> gateway.stop();
    }
  }

  private synchronized Optional<Told> current() {
    return switch (stage) {
      case Stage.Starting _, Stage.Overtaken _ -> {
        stage = new Stage.Overtaken();
        yield Optional.empty();
      }
      case Stage.Running(Told gateway) -> Optional.of(gateway);
      case Stage.Ended _ -> Optional.empty();
    };
  }

  private synchronized Optional<Told> ended() {
    Optional<Told> running =
        stage instanceof Stage.Running(Told gateway) ? Optional.of(gateway) : Optional.empty();
    stage = new Stage.Ended();
    return running;
  }

  private synchronized Stage begun(Told gateway) {
    Stage before = stage;
    if (!(before instanceof Stage.Ended)) {
      stage = new Stage.Running(gateway);
    }
    return before;
  }
}
