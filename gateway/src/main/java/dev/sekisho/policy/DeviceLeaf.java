package dev.sekisho.policy;

/** {@code who.devices}: the client's address belongs to any of them. Known from the start. */
record DeviceLeaf(Devices devices, int[] numbers) implements Leaf {
  @Override
  public Truth test(View view, Sense sense) {
    for (int number : numbers) {
      if (devices.has(number, view.seen().client)) {
        return Truth.TRUE;
      }
    }
    return Truth.FALSE;
  }

  @Override
  public int groups() {
    return 0;
  }

  @Override
  public String field() {
    return "who.devices";
  }

  @Override
  public String expected() {
    return Texts.some(
        java.util.Arrays.stream(numbers).mapToObj(n -> devices.all().get(n).name()).toList());
  }

  @Override
  public String value(Seen seen) {
    String device = devices.name(seen.client);
    return device == null ? seen.client.text() + ", no device" : seen.client.text() + ", " + device;
  }
}
