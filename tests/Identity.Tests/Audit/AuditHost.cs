using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Identity.Audit;
using Roost.Identity.Store;

namespace Roost.Identity.Tests.Audit;

/// <summary>An audit trail on a folder of its own, that can be closed and opened again.</summary>
internal sealed class AuditHost : IAsyncDisposable
{
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private readonly IdentityDatabase _database;

    private AuditHost(string folder, TimeProvider clock)
    {
        var identity = Options.Create(new IdentityOptions { Folder = folder });
        _database = new IdentityDatabase(identity, NullLogger<IdentityDatabase>.Instance);
        Trail = new AuditTrail(
            identity, Options.Create(new AuditOptions { Bytes = 1024 * 1024 }), _database, clock,
            new AuditMetrics(_meters.GetRequiredService<IMeterFactory>()), NullLogger<AuditTrail>.Instance);
    }

    public AuditTrail Trail { get; }

    public static async Task<AuditHost> StartAsync(string folder, TimeProvider? clock = null)
    {
        Directory.CreateDirectory(folder);
        var host = new AuditHost(folder, clock ?? TimeProvider.System);
        await host._database.OpenAsync();
        await host.Trail.StartAsync(CancellationToken.None);
        return host;
    }

    /// <summary>Writes a chain and closes it.</summary>
    public static async Task WriteAsync(string folder, int records)
    {
        await using var host = await StartAsync(folder);
        await Task.WhenAll(Enumerable.Range(0, records).Select(number =>
            host.Trail.RecordAsync(new AuditEntry("thing.create") { Principal = "local", Resource = $"thing/vac-{number}" })));
    }

    public static AuditVerification Verify(string folder, long? from = null, long? to = null)
    {
        using var key = AuditKey.Import(File.ReadAllText(Path.Combine(folder, AuditKey.FileName)));
        return new AuditVerifier(Path.Combine(folder, AuditLog.FolderName), key).Verify(from, to, readableTo: null, CancellationToken.None);
    }

    /// <summary>As a daemon does that runs: with the key itself, and not its public half alone.</summary>
    public static AuditVerification VerifyWithKey(string folder)
    {
        using var own = AuditKey.Open(folder);
        using var key = own.ForVerifying();
        return new AuditVerifier(Path.Combine(folder, AuditLog.FolderName), key).Verify(null, null, readableTo: null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Trail.DisposeAsync();
        await _database.DisposeAsync();
        await _meters.DisposeAsync();
    }
}
