package dev.sekisho.data.relay;

final class CopyTunnelsTest extends TunnelsContract {
  @Override
  TunnelRig rig() throws Exception {
    return new TunnelRig(new CopyTunnels(), TunnelRig.Transport.EPOLL);
  }
}
