package dev.sekisho.policy;

import dev.sekisho.net.CidrSet;
import dev.sekisho.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configured devices in the order of the configuration; their numbers are their places in it.
 */
record Devices(List<Device> all) {
  record Device(String name, CidrSet addresses) {}

  int size() {
    return all.size();
  }

  boolean has(int device, IpAddress client) {
    return all.get(device).addresses().contains(client);
  }

  /** Every device that has the address. */
  List<String> names(IpAddress client) {
    return all.stream()
        .filter(device -> device.addresses().contains(client))
        .map(Device::name)
        .toList();
  }

  /** The first device that has the address, or null. */
  @Nullable String name(IpAddress client) {
    for (int i = 0; i < all.size(); i++) {
      if (has(i, client)) {
        return all.get(i).name();
      }
    }
    return null;
  }
}
