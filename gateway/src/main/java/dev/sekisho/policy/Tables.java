package dev.sekisho.policy;

import dev.sekisho.policy.list.CompiledLists;
import dev.sekisho.policy.list.NameHash;

/** What the conditions of one policy refer to. Immutable. */
record Tables(CompiledLists lists, Catalogue catalogue, Devices devices) {
  NameHash hash() {
    return lists.index().hash();
  }
}
