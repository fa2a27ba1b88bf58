using System.Security.Cryptography.X509Certificates;
using Microsoft.Win32.SafeHandles;

namespace Roost.Mqtt.Transport.Tls;

/// <summary>
/// OpenSSL's SSL_CTX: certificate, key and rules of one listener as its files were when it was made. Immutable, and usable from any thread.
/// Sessions keep what they need of it, so that it may be disposed of while they live.
/// </summary>
internal sealed unsafe class TlsContext : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Suites with forward secrecy and authenticated encryption of full length only, for TLS 1.2; those of 1.3 all are. The client's order counts: it knows its hardware.</summary>
    private const string Suites = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AESCCM:!AESCCM8";

    private const int SecurityLevel = 2; // 112 bits: RSA of 2048, curves of 224, no SHA-1; whatever this machine's openssl.cnf says

    private const int MaxChainDepth = 4; // intermediates between a client's certificate and one that is trusted

    private const int MaxChainBytes = 32 * 1024; // of all certificates that a client sends: some 20; OpenSSL would take 100 KiB

    private const int MaxNamedAuthorities = 32; // their names go out in every handshake

    private const int ReadBufferBytes = 32 * 1024; // two full records with one system call

    public TlsContext()
        : base(ownsHandle: true)
    {
        SetHandle(OpenSsl.SSL_CTX_new(OpenSsl.TLS_server_method()));
        if (IsInvalid)
        {
            throw new TlsContextException(OpenSsl.TakeReason());
        }

        OpenSsl.SSL_CTX_set_options(handle, OpenSsl.OptionNoRenegotiation);
        Control(OpenSsl.ControlMode, OpenSsl.ModePartialWrite | OpenSsl.ModeMovingWriteBuffer | OpenSsl.ModeReleaseBuffers);
        Control(OpenSsl.ControlReadAhead, 1);
        Control(OpenSsl.ControlSessionCacheMode, 0); // clients resume by tickets, which cost us no memory
        OpenSsl.SSL_CTX_set_default_read_buffer_len(handle, ReadBufferBytes);
        Check(OpenSsl.SSL_CTX_set_num_tickets(handle, 1));
        var context = stackalloc byte[] { (byte)'r', (byte)'o', (byte)'o', (byte)'s', (byte)'t' };
        Check(OpenSsl.SSL_CTX_set_session_id_context(handle, context, 5)); // without one a client with a certificate cannot resume
        Check(OpenSsl.SSL_CTX_set_cipher_list(handle, Suites));
        OpenSsl.SSL_CTX_set_security_level(handle, SecurityLevel);
        OpenSsl.SSL_CTX_set_verify_depth(handle, MaxChainDepth);
        Control(OpenSsl.ControlMaximumCertificateList, MaxChainBytes);
        OpenSsl.SSL_CTX_set_alpn_select_cb(handle, &TlsProtocols.OnOffer, 0);
        OpenSsl.SSL_CTX_set_msg_callback(handle, &TlsSession.OnProtocolMessage);
    }

    public nint Pointer => handle;

    public void SetMinimumVersion(int version) => Control(OpenSsl.ControlMinimumVersion, version);

    /// <exception cref="TlsContextException">OpenSSL does not take it: its key is too short, for example.</exception>
    public void UseCertificate(byte[] der) => WithCertificate(der, certificate => Check(OpenSsl.SSL_CTX_use_certificate(handle, certificate)));

    public void AddIntermediate(byte[] der)
    {
        var certificate = Parse(der);
        if (OpenSsl.SSL_CTX_ctrl(handle, OpenSsl.ControlExtraChainCertificate, 0, certificate) <= 0) // it owns the certificate from here on
        {
            OpenSsl.X509_free(certificate);
            throw new TlsContextException(OpenSsl.TakeReason());
        }
    }

    /// <param name="pem">A private key in PEM.</param>
    /// <param name="password">UTF-8, ends with a zero byte; the zero alone when there is none.</param>
    /// <exception cref="TlsContextException">It is no key, the password is wrong, or it does not belong to the certificate.</exception>
    public void UsePrivateKey(ReadOnlySpan<byte> pem, ReadOnlySpan<byte> password)
    {
        nint key;
        fixed (byte* bytes = pem, secret = password)
        {
            var bio = OpenSsl.BIO_new_mem_buf(bytes, pem.Length);
            key = OpenSsl.PEM_read_bio_PrivateKey(bio, 0, 0, secret); // without a password given it would ask the terminal
            _ = OpenSsl.BIO_free(bio);
        }

        if (key == 0)
        {
            throw new TlsContextException(OpenSsl.TakeReason());
        }

        var isUsed = OpenSsl.SSL_CTX_use_PrivateKey(handle, key);
        OpenSsl.EVP_PKEY_free(key);
        Check(isUsed);
    }

    /// <param name="authorities">CAs, and single certificates that are trusted for themselves.</param>
    public void AskForClientCertificate(X509Certificate2Collection authorities, bool isRequired)
    {
        Check(OpenSsl.X509_VERIFY_PARAM_set_flags(OpenSsl.SSL_CTX_get0_param(handle), OpenSsl.VerifyPartialChain)); // else only what ends at a root
        var areNamed = authorities.Count <= MaxNamedAuthorities && authorities.All(IsAuthority);
        foreach (var authority in authorities)
        {
            WithCertificate(authority.RawData, certificate =>
            {
                Check(OpenSsl.X509_STORE_add_cert(OpenSsl.SSL_CTX_get_cert_store(handle), certificate));
                if (areNamed)
                {
                    Check(OpenSsl.SSL_CTX_add_client_CA(handle, certificate)); // so that a client with several certificates can choose
                }
            });
        }

        OpenSsl.SSL_CTX_set_verify(handle, OpenSsl.VerifyPeer | (isRequired ? OpenSsl.VerifyFailIfNoPeerCertificate : OpenSsl.VerifyNone), 0);
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static constraints => constraints.CertificateAuthority);

    protected override bool ReleaseHandle()
    {
        OpenSsl.SSL_CTX_free(handle);
        return true;
    }

    private static void Check(int result)
    {
        if (result <= 0)
        {
            throw new TlsContextException(OpenSsl.TakeReason());
        }
    }

    private static nint Parse(byte[] der)
    {
        fixed (byte* bytes = der)
        {
            var start = bytes;
            var certificate = OpenSsl.d2i_X509(0, &start, der.Length);
            return certificate != 0 ? certificate : throw new TlsContextException(OpenSsl.TakeReason());
        }
    }

    private static void WithCertificate(byte[] der, Action<nint> use)
    {
        var certificate = Parse(der);
        try
        {
            use(certificate);
        }
        finally
        {
            OpenSsl.X509_free(certificate);
        }
    }

    private void Control(int command, long number) => OpenSsl.SSL_CTX_ctrl(handle, command, number, 0);
}
