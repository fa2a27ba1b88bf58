using Microsoft.Extensions.Logging;

namespace Roost.Mqtt.Transport.Tls;

/// <summary>The context that holds for new connections of one listener. Any thread.</summary>
internal sealed class TlsCertificates : IDisposable
{
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromSeconds(2);

    private readonly MqttTlsOptions _options;
    private readonly TlsFiles _files;
    private readonly ITlsSource? _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private TlsContext _context;
    private string _stamp;
    private string? _failed;
    private long _lookedAt;

    private TlsCertificates(MqttTlsOptions options, ITlsSource? source, TlsFiles files, TlsContext context, string stamp, TimeProvider time, ILogger logger)
    {
        (_options, _source, _files, _context, _stamp, _time, _logger) = (options, source, files, context, stamp, time, logger);
        _lookedAt = time.GetTimestamp();
        WarnOfDates();
    }

    /// <summary>Clients are asked for a certificate.</summary>
    public bool AsksClients => _options.ClientCa is not null;

    /// <param name="source">What <paramref name="options"/> does not name is its; null: there is none.</param>
    /// <exception cref="TlsContextException">A file cannot be used.</exception>
    public static TlsCertificates Load(MqttTlsOptions options, ITlsSource? source, TimeProvider time, ILogger logger)
    {
        options = options.Over(source);
        var files = new TlsFiles(options);
        var stamp = files.Stamp();
        var context = files.Load() ?? throw new TlsContextException(Describe(files.Faults));
        return new TlsCertificates(options, source, files, context, stamp, time, logger);
    }

    /// <summary>A server's side of a handshake over this socket, by the files as they are now; null when memory is short.</summary>
    public TlsSession? CreateSession(int descriptor)
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_lookedAt) >= s_lookInterval)
            {
                _lookedAt = _time.GetTimestamp();
                Refresh();
            }

            return TlsSession.Create(_context, descriptor, _source?.TrustedNow);
        }
    }

    public void Dispose() => _context.Dispose();

    private void Refresh()
    {
        var stamp = _files.Stamp();
        if (stamp == _stamp)
        {
            return;
        }

        if (_files.Load() is not { } context)
        {
            // Tried again at the next look: a load may fail for want of a descriptor or of room, and what was distrusted must not stay.
            if (stamp != _failed)
            {
                _failed = stamp;
                Log.CertificateKept(_logger, _options.Certificate, Describe(_files.Faults));
            }

            return;
        }

        (_stamp, _failed) = (stamp, null);
        _context.Dispose();
        _context = context;
        Log.CertificateLoaded(_logger, _options.Certificate, _files.Validity.NotAfter);
        WarnOfDates();
    }

    /// <summary>No reason to stop: a machine without a battery for its clock wakes up in the past, and a daemon that serves loopback is worth more than none.</summary>
    private void WarnOfDates()
    {
        var (now, validity) = ((_source?.TrustedNow ?? _time.GetUtcNow()).UtcDateTime, _files.Validity);
        if (now < validity.NotBefore || now > validity.NotAfter)
        {
            Log.CertificateOutOfDate(_logger, _options.Certificate, validity.NotBefore, validity.NotAfter, now);
        }
    }

    private static string Describe(IEnumerable<TlsFault> faults) => string.Join("; ", faults.Select(static fault => $"{KeyOf(fault)} {fault.Problem}"));

    /// <summary>As it is written in a configuration.</summary>
    private static string KeyOf(TlsFault fault) => fault.Key switch
    {
        nameof(MqttTlsOptions.Certificate) => "tls.certificate",
        nameof(MqttTlsOptions.Key) => "tls.key",
        nameof(MqttTlsOptions.KeyPasswordFile) => "tls.key-password-file",
        nameof(MqttTlsOptions.ClientCa) => "tls.client-ca",
        _ => fault.Key,
    };
}
