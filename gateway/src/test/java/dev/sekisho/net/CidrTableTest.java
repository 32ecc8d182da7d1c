package dev.sekisho.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CidrTableTest {
  private static final long SEED = 20261124;

  @Test
  void firstMatchGoesByTheListAndLongestMatchByThePrefix() throws MalformedException {
    List<Cidr> ranges =
        List.of(
            cidr("10.1.0.0/16"),
            cidr("10.0.0.0/8"),
            cidr("10.1.2.0/24"),
            cidr("10.0.0.0/8"),
            cidr("::/0"));
    assertThat(CidrTable.firstMatch(ranges).find(IpAddress.parse("10.1.2.3"))).isEqualTo(0);
    assertThat(CidrTable.longestMatch(ranges).find(IpAddress.parse("10.1.2.3"))).isEqualTo(2);
    assertThat(CidrTable.longestMatch(ranges).find(IpAddress.parse("10.2.0.0"))).isEqualTo(1);
    assertThat(CidrTable.firstMatch(ranges).find(IpAddress.parse("::ffff:10.2.0.0"))).isEqualTo(1);
    assertThat(CidrTable.firstMatch(ranges).find(IpAddress.parse("2001:db8::1"))).isEqualTo(4);
    assertThat(CidrTable.firstMatch(ranges).find(IpAddress.parse("11.0.0.0")))
        .isEqualTo(CidrTable.NONE);
  }

  @Test
  void anEmptySetContainsNothing() throws MalformedException {
    assertThat(CidrSet.of(List.of()).contains(IpAddress.parse("0.0.0.0"))).isFalse();
    assertThat(CidrSet.of(List.of()).contains(IpAddress.parse("::"))).isFalse();
  }

  @Test
  void wholeSpacesAndTheirEndsAreContained() throws MalformedException {
    CidrSet all =
        CidrSet.of(
            List.of(cidr("0.0.0.0/0"), cidr("::/0"), cidr("255.255.255.255"), cidr("ffff::/16")));
    for (String text :
        List.of("0.0.0.0", "255.255.255.255", "127.255.255.255", "::", "7fff::", "ffff:ffff::")) {
      assertThat(all.contains(IpAddress.parse(text))).as(text).isTrue();
    }
  }

  @Test
  void answersAsAWalkOverAllRangesWould() {
    Random random = new Random(SEED);
    for (int round = 0; round < 60; round++) {
      List<Cidr> ranges = ranges(random, random.nextInt(60));
      CidrTable first = CidrTable.firstMatch(ranges);
      CidrTable longest = CidrTable.longestMatch(ranges);
      CidrSet set = CidrSet.of(ranges);
      for (IpAddress address : probes(random, ranges, 200)) {
        String where = "seed " + SEED + ", round " + round + ", " + address;
        assertThat(first.find(address)).as(where).isEqualTo(naiveFirst(ranges, address));
        assertThat(longest.find(address)).as(where).isEqualTo(naiveLongest(ranges, address));
        assertThat(set.contains(address)).as(where).isEqualTo(naiveFirst(ranges, address) >= 0);
      }
    }
  }

  @Test
  void answersAsAWalkOverManyRangesWould() {
    Random random = new Random(SEED);
    List<Cidr> ranges = ranges(random, 6000);
    CidrTable longest = CidrTable.longestMatch(ranges);
    CidrSet set = CidrSet.of(ranges);
    for (IpAddress address : probes(random, ranges, 400)) {
      assertThat(longest.find(address))
          .as("seed " + SEED + ", " + address)
          .isEqualTo(naiveLongest(ranges, address));
      assertThat(set.contains(address))
          .as("seed " + SEED + ", " + address)
          .isEqualTo(naiveFirst(ranges, address) >= 0);
    }
  }

  private static int naiveFirst(List<Cidr> ranges, IpAddress address) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).contains(address)) {
        return i;
      }
    }
    return -1;
  }

  private static int naiveLongest(List<Cidr> ranges, IpAddress address) {
    int best = -1;
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).contains(address)
          && (best < 0 || ranges.get(i).prefix() > ranges.get(best).prefix())) {
        best = i;
      }
    }
    return best;
  }

  /** Few distinct bits, so that ranges nest, touch and repeat. */
  private static List<Cidr> ranges(Random random, int count) {
    List<Cidr> ranges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      IpAddress address = address(random);
      int prefix = random.nextInt(address.v6() ? 129 : 33);
      ranges.add(new Cidr(cut(address, prefix), prefix));
    }
    return ranges;
  }

  private static IpAddress cut(IpAddress address, int prefix) {
    byte[] bytes = address.bytes();
    for (int bit = prefix; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    return IpAddress.ofBytes(bytes).v6() == address.v6()
        ? IpAddress.ofBytes(bytes)
        : new IpAddress(true, 0, 0);
  }

  private static IpAddress address(Random random) {
    long sparse = random.nextLong();
    long high = random.nextLong() & sparse & 0xf00f_0000_0000_000fL;
    long low = random.nextLong() & sparse & 0x8000_0000_f00f_ff03L;
    return random.nextBoolean() ? IpAddress.v4((int) low) : new IpAddress(true, high, low);
  }

  private static List<IpAddress> probes(Random random, List<Cidr> ranges, int count) {
    List<IpAddress> probes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      probes.add(address(random));
      if (!ranges.isEmpty()) {
        Cidr range = ranges.get(random.nextInt(ranges.size()));
        probes.add(range.network());
        probes.add(range.last());
        probes.add(after(range.last()));
      }
    }
    return probes;
  }

  private static IpAddress after(IpAddress address) {
    long low = address.v6() ? address.low() + 1 : address.low() + 1 & 0xffffffffL;
    return new IpAddress(
        address.v6(), address.v6() && low == 0 ? address.high() + 1 : address.high(), low);
  }

  private static Cidr cidr(String text) throws MalformedException {
    return Cidr.parse(text);
  }
}
