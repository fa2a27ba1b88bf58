using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Identity.Policies;
using Roost.Identity.Store;
using Roost.Identity.Tests.Logins;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Policies;

/// <summary>A store of policies in a folder of its own, with things that tests name and changes that they can look at.</summary>
internal sealed class PolicyHouse : IThingRegistry, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, ThingDescription> _things = new(StringComparer.Ordinal);
    private readonly IdentityChanges _changes = new();
    private IdentityDatabase _database = null!;

    private PolicyHouse()
    {
    }

    public PolicyStore Store { get; private set; } = null!;

    public RecordedAudit Audit { get; } = new();

    public List<IdentityChange> Told { get; } = [];

    public ManualTimeProvider Clock { get; } = new();

    public PolicyAuthority Authority => new(Store, this);

    public static async Task<PolicyHouse> OpenAsync()
    {
        var house = new PolicyHouse();
        house._changes.Subscribe(change =>
        {
            house.Told.Add(change);
            return Task.CompletedTask;
        });
        await house.StartAsync();
        return house;
    }

    /// <summary>As after a restart of the daemon.</summary>
    public async Task ReopenAsync()
    {
        await _database.DisposeAsync();
        Store.Dispose();
        await StartAsync();
    }

    public PolicyHouse With(ThingDescription thing)
    {
        _things[thing.Name] = thing;
        return this;
    }

    public ThingDescription? Find(string name) => _things.GetValueOrDefault(name);

    /// <summary>As a connection listens: what it does is done before a change is answered.</summary>
    public void Listen(Action listener) => _changes.Subscribe(_ =>
    {
        listener();
        return Task.CompletedTask;
    });

    public IAccessRights RightsOf(Principal principal, string? clientId = null, string? address = null) =>
        Authority.RightsOf(principal, new ConnectionFacts(clientId, address is null ? null : System.Net.IPAddress.Parse(address)));

    public async Task WriteAsync(string sql)
    {
        await _database.Store.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        });
    }

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _database = new IdentityDatabase(Options.Create(new IdentityOptions { Folder = _folder["identity"] }), NullLogger<IdentityDatabase>.Instance);
        await _database.OpenAsync();
        Store = new PolicyStore(_database, Audit, _changes, Clock);
        await Store.StartAsync(default);
    }
}
