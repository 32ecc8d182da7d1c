package dev.sekisho.data.relay;

final class CopyTunnelsOverNioTest extends TunnelsContract {
  @Override
  TunnelRig rig() throws Exception {
    return new TunnelRig(new CopyTunnels(), TunnelRig.Transport.NIO);
  }
}
