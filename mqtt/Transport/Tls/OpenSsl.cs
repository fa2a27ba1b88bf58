using System.Runtime.InteropServices;

namespace Roost.Mqtt.Transport.Tls;

/// <summary>
/// The calls into OpenSSL 3 that TLS on the loop needs; the runtime loads the same library for its own use. Constants are those of
/// <c>openssl/ssl.h</c>, which the library's binary interface keeps for all of version 3.
/// </summary>
internal static unsafe class OpenSsl
{
    public const int ErrorWantRead = 2;
    public const int ErrorWantWrite = 3;
    public const int ErrorZeroReturn = 6;

    public const int VerifyNone = 0;
    public const int VerifyPeer = 1;
    public const int VerifyFailIfNoPeerCertificate = 2;

    public const int Tls12 = 0x0303;
    public const int Tls13 = 0x0304;

    public const ulong OptionNoRenegotiation = 1UL << 30;

    public const int ControlExtraChainCertificate = 14;
    public const int ControlMode = 33;
    public const int ControlReadAhead = 41;
    public const int ControlSessionCacheMode = 44;
    public const int ControlMaximumCertificateList = 51;
    public const int ControlMinimumVersion = 123;

    public const ulong VerifyPartialChain = 0x80000;

    public const int ContentHandshake = 22;
    public const byte MessageKeyUpdate = 24;
    public const int ReceivedShutdown = 2;

    public const int ModePartialWrite = 0x01;
    public const int ModeMovingWriteBuffer = 0x02;
    public const int ModeReleaseBuffers = 0x10;

    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    /// <summary>What the last failed call of this thread complained of; the thread's list of complaints is empty afterwards.</summary>
    public static string TakeReason()
    {
        var first = ERR_get_error();
        ERR_clear_error();
        return first == 0 ? "no reason given" : Marshal.PtrToStringUTF8(ERR_reason_error_string(first)) ?? $"error {first:X}";
    }

    public static string DescribeVerification(long result) => Marshal.PtrToStringUTF8(X509_verify_cert_error_string(result)) ?? $"result {result}";

#pragma warning disable IDE1006, SA1300 // the names are OpenSSL's
    [DllImport(Ssl)]
    public static extern nint TLS_server_method();

    [DllImport(Ssl)]
    public static extern nint SSL_CTX_new(nint method);

    [DllImport(Ssl)]
    public static extern void SSL_CTX_free(nint context);

    [DllImport(Ssl)]
    public static extern ulong SSL_CTX_set_options(nint context, ulong options);

    [DllImport(Ssl)]
    public static extern long SSL_CTX_ctrl(nint context, int command, long number, nint pointer);

    [DllImport(Ssl)]
    public static extern int SSL_CTX_set_cipher_list(nint context, [MarshalAs(UnmanagedType.LPUTF8Str)] string list);

    [DllImport(Ssl)]
    public static extern int SSL_CTX_use_certificate(nint context, nint certificate);

    [DllImport(Ssl)]
    public static extern int SSL_CTX_use_PrivateKey(nint context, nint key);

    [DllImport(Ssl)]
    public static extern void SSL_CTX_set_verify(nint context, int mode, nint callback);

    [DllImport(Ssl)]
    public static extern void SSL_CTX_set_verify_depth(nint context, int depth);

    [DllImport(Ssl)]
    public static extern void SSL_CTX_set_security_level(nint context, int level);

    [DllImport(Ssl)]
    public static extern nint SSL_CTX_get0_param(nint context);

    [DllImport(Ssl)]
    public static extern nint SSL_get0_param(nint session);

    [DllImport(Ssl)]
    public static extern void SSL_CTX_set_alpn_select_cb(nint context, delegate* unmanaged[Cdecl]<nint, byte**, byte*, byte*, uint, nint, int> callback, nint argument);

    [DllImport(Ssl)]
    public static extern nint SSL_get_peer_cert_chain(nint session);

    [DllImport(Ssl)]
    public static extern nint SSL_CTX_get_cert_store(nint context);

    [DllImport(Ssl)]
    public static extern int SSL_CTX_add_client_CA(nint context, nint certificate);

    [DllImport(Ssl)]
    public static extern int SSL_CTX_set_session_id_context(nint context, byte* identifier, uint length);

    [DllImport(Ssl)]
    public static extern int SSL_CTX_set_num_tickets(nint context, nuint count);

    [DllImport(Ssl)]
    public static extern void SSL_CTX_set_default_read_buffer_len(nint context, nuint length);

    [DllImport(Ssl)]
    public static extern void SSL_CTX_set_msg_callback(nint context, delegate* unmanaged[Cdecl]<int, int, int, byte*, nuint, nint, nint, void> callback);

    [DllImport(Ssl)]
    public static extern nint SSL_new(nint context);

    [DllImport(Ssl)]
    public static extern void SSL_free(nint session);

    [DllImport(Ssl)]
    public static extern int SSL_set_fd(nint session, int descriptor);

    [DllImport(Ssl)]
    public static extern void SSL_set_accept_state(nint session);

    [DllImport(Ssl)]
    public static extern int SSL_do_handshake(nint session);

    [DllImport(Ssl)]
    public static extern int SSL_read(nint session, byte* buffer, int length);

    [DllImport(Ssl)]
    public static extern int SSL_write(nint session, byte* buffer, int length);

    [DllImport(Ssl)]
    public static extern int SSL_get_error(nint session, int result);

    [DllImport(Ssl)]
    public static extern int SSL_has_pending(nint session);

    [DllImport(Ssl)]
    public static extern int SSL_shutdown(nint session);

    [DllImport(Ssl)]
    public static extern void SSL_set_shutdown(nint session, int mode);

    [DllImport(Ssl)]
    public static extern nint SSL_get1_peer_certificate(nint session);

    [DllImport(Ssl)]
    public static extern long SSL_get_verify_result(nint session);

    [DllImport(Crypto)]
    public static extern nint BIO_new_mem_buf(byte* bytes, int length);

    [DllImport(Crypto)]
    public static extern int BIO_free(nint bio);

    [DllImport(Crypto)]
    public static extern nint PEM_read_bio_PrivateKey(nint bio, nint key, nint callback, byte* password);

    [DllImport(Crypto)]
    public static extern void EVP_PKEY_free(nint key);

    [DllImport(Crypto)]
    public static extern nint d2i_X509(nint certificate, byte** bytes, long length);

    [DllImport(Crypto)]
    public static extern int i2d_X509(nint certificate, byte** bytes);

    [DllImport(Crypto)]
    public static extern void X509_free(nint certificate);

    [DllImport(Crypto)]
    public static extern int X509_STORE_add_cert(nint store, nint certificate);

    [DllImport(Crypto)]
    public static extern int X509_VERIFY_PARAM_set_flags(nint parameters, ulong flags);

    [DllImport(Crypto)]
    public static extern void X509_VERIFY_PARAM_set_time(nint parameters, long secondsSince1970);

    [DllImport(Crypto)]
    public static extern int OPENSSL_sk_num(nint stack);

    [DllImport(Crypto)]
    public static extern nint OPENSSL_sk_value(nint stack, int index);

    [DllImport(Crypto)]
    public static extern void ERR_clear_error();

    [DllImport(Crypto)]
    private static extern ulong ERR_get_error();

    [DllImport(Crypto)]
    private static extern nint ERR_reason_error_string(ulong error);

    [DllImport(Crypto)]
    private static extern nint X509_verify_cert_error_string(long result);
#pragma warning restore IDE1006, SA1300
}
