package dev.sekisho.data.origin;

import dev.sekisho.data.exchange.Failure;
import dev.sekisho.data.origin.trust.CertificateCheck;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One handshake with an origin, and afterwards the place where trouble of the established TLS gets
 * our words. Every handshake ends with a checked certificate: where a session was resumed, in which
 * no certificate is sent, the one that the session began with is held against today's trust and
 * clock before anybody may write.
 */
final class OriginHandshake extends ChannelDuplexHandler implements Dialler.Attempt {
  /** What handshakes share. */
  record Means(CertificateCheck check, Executor checking, Duration timeout, Runnable ended) {}

  private final Channel channel;
  private final HandshakeNotes notes;
  private final TlsTrouble trouble;
  private final Means means;

  /** Null once the handshake has ended. */
  private @Nullable Consumer<OriginTls.Secured> then;

  private @Nullable SslHandler tls;
  private @Nullable HandshakeBytes limit;
  private @Nullable Future<?> timer;
  private @Nullable Throwable broken;
  private boolean autoReadBefore;

  OriginHandshake(
      Channel channel,
      HandshakeNotes notes,
      OriginKey.Security.Tls key,
      Means means,
      Consumer<OriginTls.Secured> then) {
    this.channel = channel;
    this.notes = notes;
    this.trouble = new TlsTrouble(notes, key);
    this.means = means;
    this.then = then;
  }

  /** Must be called on the channel's event loop. */
  void start(SslHandler handler) {
    tls = handler;
    autoReadBefore = channel.config().isAutoRead();
    timer =
        channel
            .eventLoop()
            .schedule(
                () -> fail(trouble.outOfTime(means.timeout().toMillis())),
                means.timeout().toNanos(),
                TimeUnit.NANOSECONDS);
    EarlyBytes early = channel.pipeline().get(EarlyBytes.class);
    limit = new HandshakeBytes(() -> fail(trouble.tooMuch()));
    // TLS comes last, for it begins when it is added
    channel.pipeline().addLast(limit).addLast("origin-tls-watch", this).addLast(new EarlyBytes());
    channel.pipeline().addBefore("origin-tls-watch", "origin-tls", handler);
    handler.handshakeFuture().addListener(done -> shaken(done));
    if (early != null) {
      channel.pipeline().remove(early);
    }
    if (channel.isActive()) {
      channel.config().setAutoRead(true);
    }
  }

  /** There is no channel to shake hands on any more. */
  void closedBefore() {
    channel.eventLoop().execute(() -> fail(trouble.closed()));
  }

  @Override
  public void cancel() {
    if (channel.eventLoop().inEventLoop()) {
      giveUp();
    } else {
      channel.eventLoop().execute(this::giveUp);
    }
  }

  private void giveUp() {
    if (then != null) {
      release();
      channel.close();
    }
  }

  private void shaken(Future<?> done) {
    if (then == null || tls == null) {
      return;
    }
    if (!done.isSuccess()) {
      fail(trouble.inHandshake(done.cause()));
      return;
    }
    String selected = selectedProtocol(tls);
    if (!selected.isEmpty() && !selected.equals(TlsEngines.HTTP_1_1)) {
      fail(trouble.otherProtocol(selected));
      return;
    }
    SSLSession session = tls.engine().getSession();
    switch (notes.checked()) {
      case SOUND -> succeed(session);
      case NOT_YET -> checkResumed(session);
    }
  }

  private void checkResumed(SSLSession session) {
    List<X509Certificate> sent = new ArrayList<>();
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        sent.add((X509Certificate) certificate);
      }
    } catch (SSLPeerUnverifiedException e) {
      fail(trouble.inHandshake(e));
      return;
    }
    means
        .check()
        .known(sent, notes.host())
        .ifPresentOrElse(
            result -> checked(result, session),
            () ->
                means
                    .checking()
                    .execute(() -> {
                      CertificateCheck.Result result = means.check().check(sent, notes.host());
                      channel.eventLoop().execute(() -> checked(result, session));
                    }));
  }

  private void checked(CertificateCheck.Result result, SSLSession session) {
    if (then == null) {
      return;
    }
    switch (result) {
      case CertificateCheck.Result.Sound _ -> succeed(session);
      case CertificateCheck.Result.Refused(var fault, var _) -> {
        session.invalidate();
        notes.refused(fault);
        fail(trouble.inHandshake(new SSLPeerUnverifiedException(fault.sentence())));
      }
    }
  }

  private void succeed(SSLSession session) {
    if (!channel.isActive()) {
      fail(trouble.closed());
      return;
    }
    channel.config().setAutoRead(autoReadBefore);
    if (limit != null) {
      channel.pipeline().remove(limit);
    }
    end(new OriginTls.Secured.Done(session.getProtocol(), session.getCipherSuite()));
  }

  private void fail(Failure failure) {
    if (then != null) {
      // told first, for closing calls back into the pipeline
      end(new OriginTls.Secured.Failed(failure));
      channel.close();
    }
  }

  private void end(OriginTls.Secured outcome) {
    @Nullable Consumer<OriginTls.Secured> asker = then;
    release();
    if (asker != null) {
      asker.accept(outcome);
    }
  }

  private void release() {
    then = null;
    if (timer != null) {
      timer.cancel(false);
    }
    means.ended().run();
  }

  private static String selectedProtocol(SslHandler handler) {
    String selected = handler.applicationProtocol();
    if (selected == null) {
      selected = handler.engine().getApplicationProtocol();
    }
    return selected == null ? "" : selected;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (then != null && event instanceof ChannelInputShutdownEvent) {
      fail(trouble.closed());
      return;
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(trouble.closed());
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (then != null) {
      fail(trouble.inHandshake(cause));
      return;
    }
    Throwable told = TlsTrouble.isOfTls(cause) ? trouble.later(cause) : cause;
    if (channel.pipeline().get(EarlyBytes.class) == null) {
      ctx.fireExceptionCaught(told);
    } else if (broken == null) {
      // nobody listens yet: an origin that wants a client certificate says so when, with TLS 1.3,
      // the handshake is over for us
      broken = told;
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (broken == null) {
      ctx.write(message, promise);
      return;
    }
    ReferenceCountUtil.release(message);
    if (!promise.isVoid()) {
      promise.tryFailure(broken);
    }
    ctx.fireExceptionCaught(broken);
  }
}
