using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Roost.Identity.Things;

namespace Roost.Identity.Certificates;

/// <summary>Once a minute: renews the server's certificate, revokes what was replaced, forgets what has long ended, and tells what ends.</summary>
internal sealed class CertificateKeeper : BackgroundService
{
    private const string MeterName = "roost.identity";
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_warnAgain = TimeSpan.FromDays(1);

    private readonly TrustedTime _time;
    private readonly ServerCertificate _server;
    private readonly ClientCertificates _certificates;
    private readonly IExpiringCredentials _expiring;
    private readonly TimeProvider _clock;
    private readonly ILogger<CertificateKeeper> _logger;
    private long? _warned;

    public CertificateKeeper(
        TrustedTime time, ServerCertificate server, ClientCertificates certificates, ThingRegistry things, IExpiringCredentials expiring, TimeProvider clock, IMeterFactory meters,
        ILogger<CertificateKeeper> logger)
    {
        (_time, _server, _certificates, _expiring, _clock, _logger) = (time, server, certificates, expiring, clock, logger);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("roost.identity.things", () => things.Snapshot.Things.Count, "{thing}", "Things that are registered.");
        meter.CreateObservableGauge(
            "roost.identity.certificates",
            () => certificates.Snapshot.All.Values.GroupBy(static one => one.Status).Select(static group => new Measurement<int>(group.Count(), new KeyValuePair<string, object?>("status", CertificateJson.NameOf(group.Key)))),
            "{certificate}", "Client certificates that are registered, by status.");
        meter.CreateObservableGauge("roost.identity.expiring", () => expiring.Within(expiring.WarnBefore).Count, "{credential}", "Credentials that end soon (identity.certificates.warn-before), or have ended in the last 30 days.");
        meter.CreateObservableGauge(
            "roost.identity.next_expiry", () => expiring.Within(TimeSpan.MaxValue) is [var next, ..] ? (next.EndsAt - expiring.Now).TotalSeconds : double.NaN, "s",
            "Time until the next credential ends; negative when one has ended in the last 30 days.");
    }

    /// <summary>One round.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        await _time.KeepAsync(cancellationToken);
        await _server.KeepAsync();
        await _certificates.EndOverlapsAsync(cancellationToken);
        await _certificates.ForgetRevokedAsync(cancellationToken);
        if (_warned is null || _clock.GetElapsedTime(_warned.Value) >= s_warnAgain)
        {
            _warned = _clock.GetTimestamp();
            foreach (var one in _expiring.Within(_expiring.WarnBefore))
            {
                _logger.CredentialEnds(one.Kind, one.Name, one.EndsAt <= _expiring.Now ? "has ended" : "ends", one.EndsAt, one.Remedy);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, _clock);
        do
        {
            try
            {
                await KeepAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                _logger.KeepingFailed(exception); // a full disk, say: what is there goes on
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
