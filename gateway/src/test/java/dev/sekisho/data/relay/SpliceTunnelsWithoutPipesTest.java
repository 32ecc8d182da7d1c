package dev.sekisho.data.relay;

final class SpliceTunnelsWithoutPipesTest extends TunnelsContract {
  @Override
  TunnelRig rig() throws Exception {
    return new TunnelRig(
        new SpliceTunnels(new TunnelLimits(2, 16 * 1024, 0, 65_536, 0)), TunnelRig.Transport.EPOLL);
  }
}
