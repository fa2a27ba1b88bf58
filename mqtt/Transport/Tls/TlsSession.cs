using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Mqtt.Transport.Tls;

/// <summary>
/// The server's side of TLS on one socket, which OpenSSL reads and writes itself. One thread at a time: a pool's thread for the handshake,
/// which signs, and the loop from then on.
/// </summary>
internal sealed unsafe class TlsSession
{
    // One SSL_read goes on for as long as records without data come, and each KeyUpdate costs a derivation of keys: nobody needs more of them.
    private const int KeyUpdatesAtFirst = 16;
    private const int BytesPerKeyUpdate = 1024 * 1024;

    private const int MaxIntermediates = 8;

    [ThreadStatic]
    private static TlsSession? t_reading;

    private readonly nint _session;
    private long _bytesRead;
    private long _keyUpdates;
    private bool _hasFailed;

    private TlsSession(nint session) => _session = session;

    /// <summary>Of a handshake that failed.</summary>
    public string FailureReason { get; private set; } = "";

    /// <summary>The peer changes keys without end; it is taken for gone.</summary>
    public bool HasTooManyKeyUpdates => _keyUpdates > KeyUpdatesAtFirst + (_bytesRead / BytesPerKeyUpdate);

    /// <summary>Bytes that were taken from the socket wait here, where epoll does not see them; they may be less than a record.</summary>
    public bool HasPending => OpenSsl.SSL_has_pending(_session) != 0;

    /// <param name="now">By which the client's certificate is judged; null: by the machine's clock.</param>
    public static TlsSession? Create(TlsContext context, int descriptor, DateTimeOffset? now)
    {
        var session = OpenSsl.SSL_new(context.Pointer);
        if (session == 0)
        {
            return null;
        }

        if (OpenSsl.SSL_set_fd(session, descriptor) <= 0)
        {
            OpenSsl.SSL_free(session);
            return null;
        }

        if (now is { } time)
        {
            OpenSsl.X509_VERIFY_PARAM_set_time(OpenSsl.SSL_get0_param(session), time.ToUnixTimeSeconds());
        }

        OpenSsl.SSL_set_accept_state(session);
        return new TlsSession(session);
    }

    /// <summary>Goes as far as the peer's bytes allow. Milliseconds of CPU on a small machine.</summary>
    public HandshakeStatus Handshake()
    {
        OpenSsl.ERR_clear_error(); // a thread of the pool may bring complaints of others
        var result = OpenSsl.SSL_do_handshake(_session);
        if (result == 1)
        {
            return HandshakeStatus.Done;
        }

        switch (OpenSsl.SSL_get_error(_session, result))
        {
            case OpenSsl.ErrorWantRead:
                return HandshakeStatus.WantsRead;
            case OpenSsl.ErrorWantWrite:
                return HandshakeStatus.WantsWrite;
            default:
                _hasFailed = true;
                FailureReason = OpenSsl.TakeReason();
                if (FailureReason == "certificate verify failed")
                {
                    FailureReason = $"the client's certificate: {OpenSsl.DescribeVerification(OpenSsl.SSL_get_verify_result(_session))}";
                }

                return HandshakeStatus.Failed;
        }
    }

    /// <returns>Bytes read; 0 when the peer has ended, or broke the protocol; -1 when there are none at present.</returns>
    public int Read(byte* buffer, int room)
    {
        OpenSsl.ERR_clear_error(); // SSL_get_error believes whatever complaint of this thread lies there, also of others: a hook's with a certificate
        t_reading = this;
        var count = OpenSsl.SSL_read(_session, buffer, room);
        t_reading = null;
        if (count > 0)
        {
            _bytesRead += count;
            return count;
        }

        var error = OpenSsl.SSL_get_error(_session, count);
        if (error is OpenSsl.ErrorWantRead or OpenSsl.ErrorWantWrite)
        {
            return -1;
        }

        Fail(error);
        return 0;
    }

    /// <summary>What was not taken must be offered again first, unchanged.</summary>
    /// <returns>Bytes taken; 0 when none are at present; -1 when the connection is dead.</returns>
    public int Write(byte* bytes, int length)
    {
        OpenSsl.ERR_clear_error(); // as for reading
        var count = OpenSsl.SSL_write(_session, bytes, length);
        if (count > 0)
        {
            return count;
        }

        var error = OpenSsl.SSL_get_error(_session, count);
        if (error is OpenSsl.ErrorWantWrite)
        {
            return 0;
        }

        Fail(error);
        return -1;
    }

    /// <returns>Null: it showed none. What it showed was checked in the handshake.</returns>
    public X509Certificate2? PeerCertificate()
    {
        var certificate = OpenSsl.SSL_get1_peer_certificate(_session);
        if (certificate == 0)
        {
            return null;
        }

        try
        {
            return Load(certificate);
        }
        finally
        {
            OpenSsl.X509_free(certificate);
        }
    }

    /// <summary>What it sent beside its certificate, the first eight; none when it has resumed a session.</summary>
    public X509Certificate2[] PeerIntermediates()
    {
        var chain = OpenSsl.SSL_get_peer_cert_chain(_session); // the session's own; a server's is without the client's certificate
        var certificates = new X509Certificate2[chain == 0 ? 0 : Math.Clamp(OpenSsl.OPENSSL_sk_num(chain), 0, MaxIntermediates)];
        for (var i = 0; i < certificates.Length; i++)
        {
            certificates[i] = Load(OpenSsl.OPENSSL_sk_value(chain, i));
        }

        return certificates;
    }

    private static X509Certificate2 Load(nint certificate)
    {
        var der = new byte[OpenSsl.i2d_X509(certificate, null)];
        fixed (byte* bytes = der)
        {
            var start = bytes;
            _ = OpenSsl.i2d_X509(certificate, &start);
        }

        return X509CertificateLoader.LoadCertificate(der);
    }

    /// <summary>Tells the peer that nothing follows, as far as the socket takes it, and gives everything back.</summary>
    public void Close()
    {
        if (!_hasFailed)
        {
            _ = OpenSsl.SSL_shutdown(_session);
            OpenSsl.ERR_clear_error();
        }

        OpenSsl.SSL_free(_session);
    }

    /// <summary>OpenSSL's, of every record and message of the protocol itself, before it is acted on.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void OnProtocolMessage(int isWritten, int version, int contentType, byte* bytes, nuint length, nint session, nint argument)
    {
        if (contentType == OpenSsl.ContentHandshake && isWritten == 0 && length > 0 && *bytes == OpenSsl.MessageKeyUpdate && t_reading is { } reading)
        {
            reading._keyUpdates++;
            if (reading.HasTooManyKeyUpdates)
            {
                OpenSsl.SSL_set_shutdown(session, OpenSsl.ReceivedShutdown); // ends the read that calls us
            }
        }
    }

    private void Fail(int error)
    {
        _hasFailed |= error != OpenSsl.ErrorZeroReturn; // after a failure SSL_shutdown must not be called
        OpenSsl.ERR_clear_error();
    }
}
