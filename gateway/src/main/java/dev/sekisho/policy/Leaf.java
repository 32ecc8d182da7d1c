package dev.sekisho.policy;

/** A single field of a rule with its values, of which any may match. */
sealed interface Leaf extends Condition
    permits UserLeaf,
        GroupLeaf,
        DeviceLeaf,
        HostLeaf,
        PortLeaf,
        AddressLeaf,
        SchemeLeaf,
        ProtocolLeaf,
        MethodLeaf,
        PathLeaf,
        ListLeaf,
        ContentTypeLeaf,
        MaxSizeLeaf,
        WhenLeaf {
  /** The field as it is written in the configuration. */
  String field();

  /** The values as they were written, shortened when there are many. */
  String expected();

  /** The value that is compared, for people; only when the facts it needs are known. */
  String value(Seen seen);

  @Override
  default boolean onlyResponse() {
    return groups() == Truth.bit(Facts.Group.RESPONSE);
  }
}
