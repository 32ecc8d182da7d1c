package dev.sekisho.app;

import dev.sekisho.policy.list.FetchedList;
import dev.sekisho.policy.list.ListFetcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compiles the policy again when a list has come, and says when one has not. */
record FetchedLists(PolicyInForce policy) implements ListFetcher.Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(FetchedLists.class);

  @Override
  public void fetched(FetchedList list) {
    LOG.info("The list '{}' was fetched.", list.name());
    policy.recompile();
  }

  @Override
  public void failed(FetchedList list, String reason) {
    LOG.warn("{}", told(reason));
  }

  /** The reason is a sentence that names the list already. */
  static String told(String reason) {
    return Character.toUpperCase(reason.charAt(0)) + reason.substring(1) + " It is tried again.";
  }
}
