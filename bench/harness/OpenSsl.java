package harness;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The clients' TLS: OpenSSL's library, called directly. The JDK's own TLS costs the load's core
 * several times as much, and the load must not be the slower side. Bytes go in and out by memory,
 * so that the sockets stay with a Selector. Sessions are never resumed.
 */
final class OpenSsl implements AutoCloseable {
  private static final int VERIFY_PEER = 1;
  private static final int CTRL_SET_TLSEXT_HOSTNAME = 55;
  private static final int ERROR_WANT_READ = 2;
  private static final int ERROR_ZERO_RETURN = 6;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBRARY =
      SymbolLookup.libraryLookup("libssl.so.3", Arena.global())
          .or(SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global()));

  private static final MethodHandle CLIENT_METHOD = function("TLS_client_method", ADDRESS);
  private static final MethodHandle CTX_NEW = function("SSL_CTX_new", ADDRESS, ADDRESS);
  private static final MethodHandle CTX_FREE = procedure("SSL_CTX_free", ADDRESS);
  private static final MethodHandle CTX_VERIFY_FILE =
      function("SSL_CTX_load_verify_file", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle CTX_SET_VERIFY =
      procedure("SSL_CTX_set_verify", ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle NEW = function("SSL_new", ADDRESS, ADDRESS);
  private static final MethodHandle FREE = procedure("SSL_free", ADDRESS);
  private static final MethodHandle SET_BIO = procedure("SSL_set_bio", ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle SET_CONNECT = procedure("SSL_set_connect_state", ADDRESS);
  private static final MethodHandle CTRL =
      function("SSL_ctrl", JAVA_LONG, ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle SET_HOST =
      function("SSL_set1_host", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SET_ALPN =
      function("SSL_set_alpn_protos", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle HANDSHAKE = function("SSL_do_handshake", JAVA_INT, ADDRESS);
  private static final MethodHandle READ =
      function("SSL_read", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle WRITE =
      function("SSL_write", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle SHUTDOWN = function("SSL_shutdown", JAVA_INT, ADDRESS);
  private static final MethodHandle GET_ERROR =
      function("SSL_get_error", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle BIO_MEMORY = function("BIO_s_mem", ADDRESS);
  private static final MethodHandle BIO_NEW = function("BIO_new", ADDRESS, ADDRESS);
  private static final MethodHandle BIO_READ =
      function("BIO_read", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle BIO_WRITE =
      function("BIO_write", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle ERR_GET = function("ERR_get_error", JAVA_LONG);
  private static final MethodHandle ERR_CLEAR = procedure("ERR_clear_error");
  private static final MethodHandle ERR_TEXT =
      procedure("ERR_error_string_n", JAVA_LONG, ADDRESS, JAVA_LONG);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment context;
  private final MemorySegment alpn = arena.allocateFrom("\bhttp/1.1");

  /** Clients that believe this authority and no other. */
  OpenSsl(Path authority) throws IOException {
    try {
      context = (MemorySegment) CTX_NEW.invokeExact((MemorySegment) CLIENT_METHOD.invokeExact());
      MemorySegment file = arena.allocateFrom(authority.toString());
      if ((int) CTX_VERIFY_FILE.invokeExact(context, file) != 1) {
        throw new IOException(authority + " cannot be read as an authority: " + why());
      }
      CTX_SET_VERIFY.invokeExact(context, VERIFY_PEER, MemorySegment.NULL);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  Session session(String host) throws IOException {
    try (Arena names = Arena.ofConfined()) {
      MemorySegment ssl = (MemorySegment) NEW.invokeExact(context);
      MemorySegment in = memory();
      MemorySegment out = memory();
      SET_BIO.invokeExact(ssl, in, out);
      SET_CONNECT.invokeExact(ssl);
      MemorySegment name = names.allocateFrom(host);
      long indicated = (long) CTRL.invokeExact(ssl, CTRL_SET_TLSEXT_HOSTNAME, 0L, name);
      int expected = (int) SET_HOST.invokeExact(ssl, name);
      int offered = (int) SET_ALPN.invokeExact(ssl, alpn, (int) alpn.byteSize() - 1);
      if (indicated != 1 || expected != 1 || offered != 0) {
        throw new IOException("OpenSSL takes no TLS client for " + host);
      }
      return new Session(ssl, in, out);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static MemorySegment memory() throws Throwable {
    return (MemorySegment) BIO_NEW.invokeExact((MemorySegment) BIO_MEMORY.invokeExact());
  }

  /** One connection's TLS. */
  static final class Session implements AutoCloseable {
    private final MemorySegment ssl;
    private final MemorySegment in;
    private final MemorySegment out;

    private Session(MemorySegment ssl, MemorySegment in, MemorySegment out) {
      this.ssl = ssl;
      this.in = in;
      this.out = out;
    }

    void arrived(MemorySegment bytes, int length) throws IOException {
      try {
        if ((int) BIO_WRITE.invokeExact(in, bytes, length) != length) {
          throw new IOException("OpenSSL has no memory");
        }
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    /** Goes on with the handshake, and says whether it is done. */
    boolean shaken() throws IOException {
      try {
        int result = (int) HANDSHAKE.invokeExact(ssl);
        return result == 1 || nothingYet(result);
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    /** Bytes of the answer, 0 when there are none yet, -1 at the end. */
    int read(MemorySegment into) throws IOException {
      try {
        int result = (int) READ.invokeExact(ssl, into, (int) into.byteSize());
        if (result > 0) {
          return result;
        }
        if ((int) GET_ERROR.invokeExact(ssl, result) == ERROR_ZERO_RETURN) {
          return -1;
        }
        nothingYet(result);
        return 0;
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    void write(MemorySegment bytes, int length) throws IOException {
      try {
        if ((int) WRITE.invokeExact(ssl, bytes, length) != length) {
          throw new IOException("TLS: " + why());
        }
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    /** What is to be sent; 0 when there is nothing. */
    int outgoing(MemorySegment into) throws IOException {
      try {
        return Math.max(0, (int) BIO_READ.invokeExact(out, into, (int) into.byteSize()));
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    void sayGoodbye() throws IOException {
      try {
        int unused = (int) SHUTDOWN.invokeExact(ssl);
        ERR_CLEAR.invokeExact();
      } catch (Throwable e) {
        throw failed(e);
      }
    }

    /** False, or the reason why it is more than waiting for bytes. */
    private boolean nothingYet(int result) throws Throwable {
      if ((int) GET_ERROR.invokeExact(ssl, result) != ERROR_WANT_READ) {
        throw new IOException("TLS: " + why());
      }
      return false;
    }

    @Override
    public void close() {
      try {
        FREE.invokeExact(ssl);
      } catch (Throwable e) {
        throw new IllegalStateException("SSL_free", e);
      }
    }
  }

  private static String why() throws Throwable {
    try (Arena words = Arena.ofConfined()) {
      MemorySegment text = words.allocate(256);
      ERR_TEXT.invokeExact((long) ERR_GET.invokeExact(), text, text.byteSize());
      ERR_CLEAR.invokeExact();
      return text.getString(0);
    }
  }

  private static IOException failed(Throwable e) {
    return e instanceof IOException known ? known : new IOException("calling OpenSSL", e);
  }

  private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... given) {
    return LINKER.downcallHandle(LIBRARY.findOrThrow(name), FunctionDescriptor.of(result, given));
  }

  private static MethodHandle procedure(String name, MemoryLayout... given) {
    return LINKER.downcallHandle(LIBRARY.findOrThrow(name), FunctionDescriptor.ofVoid(given));
  }

  @Override
  public void close() {
    try {
      CTX_FREE.invokeExact(context);
    } catch (Throwable e) {
      throw new IllegalStateException("SSL_CTX_free", e);
    }
    arena.close();
  }
}
