using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Roost.Mqtt.Transport.Tls;

/// <summary>Reads the files that <see cref="MqttTlsOptions"/> names, and tells an operator what is wrong with them.</summary>
internal sealed class TlsFiles(MqttTlsOptions options)
{
    private const int MaxFileBytes = 1024 * 1024; // a hundred times the longest chain
    private const int MaxAuthorityFileBytes = 16 * 1024 * 1024; // of single certificates ten thousand

    private readonly List<TlsFault> _faults = [];

    /// <summary>Of the last <see cref="Load"/>: why there was no context.</summary>
    public IReadOnlyList<TlsFault> Faults => _faults;

    /// <summary>Of the last <see cref="Load"/>: when the server's certificate begins and ends to hold.</summary>
    public (DateTime NotBefore, DateTime NotAfter) Validity { get; private set; }

    /// <summary>Changes when one of the files does: size, time of change, and where links lead.</summary>
    public string Stamp()
    {
        var stamp = new StringBuilder();
        foreach (var path in new[] { options.Certificate, options.Key, options.KeyPasswordFile, options.ClientCa })
        {
            if (string.IsNullOrEmpty(path))
            {
                continue;
            }

            try
            {
                var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
                stamp.Append(file.FullName).Append(' ').Append(file.LastWriteTimeUtc.Ticks).Append(' ').Append(file.Exists ? file.Length : -1).Append('\n');
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                stamp.Append(exception.Message).Append('\n');
            }
        }

        return stamp.ToString();
    }

    /// <returns>Null, and <see cref="Faults"/>, when the files cannot be used.</returns>
    public TlsContext? Load()
    {
        _faults.Clear();
        var certificates = ReadCertificates(nameof(options.Certificate), options.Certificate);
        var key = Read(nameof(options.Key), options.Key);
        var password = options.KeyPasswordFile is { } file ? Read(nameof(options.KeyPasswordFile), file) : [];
        var authorities = options.ClientCa is { } ca ? ReadCertificates(nameof(options.ClientCa), ca, MaxAuthorityFileBytes) : [];
        if (_faults.Count > 0)
        {
            return null;
        }

        Validity = (certificates![0].NotBefore.ToUniversalTime(), certificates[0].NotAfter.ToUniversalTime());
        return Build(certificates, key!, password!, authorities!);
    }

    /// <summary>Tries <see cref="MqttTlsOptions.ClientCa"/> alone, where the certificate is not the options' own.</summary>
    /// <inheritdoc cref="Load"/>
    public TlsContext? LoadAuthorities()
    {
        _faults.Clear();
        var authorities = options.ClientCa is { } ca ? ReadCertificates(nameof(options.ClientCa), ca, MaxAuthorityFileBytes) : [];
        if (_faults.Count > 0 || CreateContext() is not { } context)
        {
            return null;
        }

        Trust(context, authorities!);
        return context;
    }

    private TlsContext? Build(X509Certificate2Collection certificates, byte[] key, byte[] password, X509Certificate2Collection authorities)
    {
        var context = CreateContext();
        if (context is null)
        {
            return null;
        }

        context.SetMinimumVersion(options.MinVersion == "1.3" ? OpenSsl.Tls13 : OpenSsl.Tls12);
        Try(nameof(options.Certificate), options.Certificate, "use another certificate", () =>
        {
            context.UseCertificate(certificates[0].RawData);
            foreach (var intermediate in certificates.Skip(1))
            {
                context.AddIntermediate(intermediate.RawData);
            }
        });
        var remedy = options.KeyPasswordFile is null ? "name the key that was made with the certificate; one with a password needs key-password-file" : "check the password and that the key was made with the certificate";
        Try(nameof(options.Key), options.Key, remedy, () => context.UsePrivateKey(key, [.. WithoutLineEnd(password), 0]));
        Trust(context, authorities);

        if (_faults.Count == 0)
        {
            return context;
        }

        context.Dispose();
        return null;
    }

    private void Trust(TlsContext context, X509Certificate2Collection authorities)
    {
        if (authorities.Count > 0)
        {
            Try(nameof(options.ClientCa), options.ClientCa!, "use CA certificates in PEM", () => context.AskForClientCertificate(authorities, options.RequireClientCertificate));
        }
    }

    private TlsContext? CreateContext()
    {
        try
        {
            return new TlsContext();
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            _faults.Add(new(nameof(options.Certificate), $"is {options.Certificate}, but TLS needs OpenSSL 3, which this machine lacks; install it (Debian: apt install libssl3)"));
            return null;
        }
    }

    private void Try(string key, string file, string remedy, Action use)
    {
        try
        {
            use();
        }
        catch (TlsContextException exception)
        {
            _faults.Add(new(key, $"is {file}, which cannot be used ({exception.Message}); {remedy}"));
        }
    }

    private X509Certificate2Collection? ReadCertificates(string key, string file, int most = MaxFileBytes)
    {
        if (Read(key, file, most) is not { } bytes)
        {
            return null;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(bytes));
        }
        catch (CryptographicException exception)
        {
            _faults.Add(new(key, $"is {file}, which holds a certificate that cannot be read ({exception.Message}); use a file in PEM"));
            return null;
        }

        if (certificates.Count == 0)
        {
            _faults.Add(new(key, $"is {file}, which holds no certificate in PEM; use a file with -----BEGIN CERTIFICATE-----"));
            return null;
        }

        return certificates;
    }

    private byte[]? Read(string key, string file, int most = MaxFileBytes)
    {
        if (file.Length == 0)
        {
            _faults.Add(new(key, "is missing; name a file in PEM"));
            return null;
        }

        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[Math.Min(stream.Length, most) + 1]; // one more, to see that it does not grow
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length < bytes.Length)
            {
                return bytes[..length];
            }

            _faults.Add(new(key, $"is {file}, which is larger than {most >> 20} MiB, or grows; name a file in PEM"));
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var problem = exception switch
            {
                FileNotFoundException or DirectoryNotFoundException => "does not exist; name a file that does, absolute or relative to the configuration file",
                UnauthorizedAccessException => "may not be read by this user; change its owner, group or mode",
                _ => $"cannot be read ({exception.Message}); name another file",
            };
            _faults.Add(new(key, $"is {file}, which {problem}"));
            return null;
        }
    }

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> password) => password.TrimEnd("\r\n"u8);
}
