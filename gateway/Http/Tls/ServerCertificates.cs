using System.Globalization;
using Roost.Identity;

namespace Roost.Gateway.Http.Tls;

/// <summary>The certificate that one listener shows to new connections. Read at the first of them: a daemon that nobody visits needs no TLS in its memory.</summary>
internal sealed partial class ServerCertificates(HttpTlsOptions options, IGatewayTls gateway, TimeProvider time, ILogger<ServerCertificates> logger)
{
    private static readonly TimeSpan _lookInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private ServerIdentity? _current;
    private string _stamp = "";
    private long _lookedAt;

    private string CertificateFile => options.Certificate ?? gateway.CertificateFile;

    private string KeyFile => options.Key ?? gateway.KeyFile;

    /// <summary>By the files as they are now, or as they were when they could last be used. Any thread may call.</summary>
    /// <exception cref="ServerIdentityException">They cannot be used, and never could.</exception>
    public ServerIdentity Current()
    {
        lock (_lock)
        {
            if (_current is null || time.GetElapsedTime(_lookedAt) >= _lookInterval)
            {
                _lookedAt = time.GetTimestamp();
                Refresh();
            }

            return _current!;
        }
    }

    private void Refresh()
    {
        var stamp = $"{StampOf(CertificateFile)}|{StampOf(KeyFile)}|{StampOf(options.KeyPasswordFile)}";
        if (stamp == _stamp)
        {
            return;
        }

        try
        {
            // What it replaces is left to the collector: handshakes may be using it.
            _current = ServerIdentity.Load(CertificateFile, KeyFile, options.KeyPasswordFile);
            _stamp = stamp;
            LogLoaded(CertificateFile, _current.NotAfter);
            var now = gateway.TrustedNow.UtcDateTime;
            if (now < _current.NotBefore || now > _current.NotAfter)
            {
                LogOutOfDate(CertificateFile, _current.NotBefore, _current.NotAfter, now);
            }
        }
        catch (ServerIdentityException exception) when (_current is not null)
        {
            // Not remembered as seen: key and certificate are two files, and this may be the moment between them.
            LogKept(CertificateFile, exception.Message);
        }
    }

    /// <summary>Changes when the file does: size, time of change, and where links lead.</summary>
    private static string StampOf(string? file)
    {
        if (file is null)
        {
            return "";
        }

        try
        {
            var info = new FileInfo(file);
            var target = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            return target.Exists ? string.Create(CultureInfo.InvariantCulture, $"{target.FullName}:{target.Length}:{target.LastWriteTimeUtc.Ticks}") : "none";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.GetType().Name;
        }
    }

    [LoggerMessage(5200, LogLevel.Information, "HTTPS shows {Certificate}, good until {NotAfter:u}")]
    private partial void LogLoaded(string certificate, DateTime notAfter);

    [LoggerMessage(5201, LogLevel.Warning, "HTTPS goes on with the certificate that it has: {Certificate} or its key has changed, and {Problem}")]
    private partial void LogKept(string certificate, string problem);

    [LoggerMessage(5202, LogLevel.Warning, "{Certificate} holds from {NotBefore:u} to {NotAfter:u}, and this machine's time is {Now:u}: clients will refuse it. Renew it, or set the clock")]
    private partial void LogOutOfDate(string certificate, DateTime notBefore, DateTime notAfter, DateTime now);
}
