using Microsoft.Data.Sqlite;
using Roost.Identity.Store;

namespace Roost.Identity.Things;

/// <summary>
/// Things, groups and types: what is asked comes from memory, what is changed goes through the database. A change is judged against the database, on its
/// writer's thread, so that two that come at once cannot pass each other; then memory takes what is there now.
/// </summary>
internal sealed partial class ThingRegistry(IdentityDatabase database, IAuditTrail audit, IdentityChanges changes, TimeProvider clock, IEnumerable<IThingEnding> endings, IPolicyAttachments policies)
    : IThingRegistry, IThings, IIdentityPart
{
    private readonly Lock _gate = new();
    private volatile RegistrySnapshot _snapshot = RegistrySnapshot.Empty;

    public RegistrySnapshot Snapshot => _snapshot;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Reload();
        return Task.CompletedTask;
    }

    public ThingDescription? Find(string name) => _snapshot.Things.GetValueOrDefault(name)?.Description;

    public Task<ThingDescription> PutAsync(ThingChange change, ChangedBy by, CancellationToken cancellationToken = default) => PutAsync(change, static _ => { }, by, cancellationToken);

    /// <param name="change">Of the thing.</param>
    /// <param name="also">In the same transaction, behind the thing: both are there afterwards, or neither.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="cancellationToken">Until it is begun.</param>
    internal async Task<ThingDescription> PutAsync(ThingChange change, Action<SqliteConnection> also, ChangedBy by, CancellationToken cancellationToken)
    {
        ThingRules.Check(change);
        if (Find(change.Name) is null)
        {
            await policies.DetachAllAsync($"thing/{change.Name}", by, cancellationToken); // what an earlier thing of the name may have left
        }

        var (record, isNew, isChanged) = await database.Store.WriteAsync(
            connection =>
            {
                var put = Put(connection, change);
                also(connection);
                return put;
            },
            cancellationToken);
        if (!isChanged)
        {
            return record.Description;
        }

        var current = Reload(change.Name);
        await EachStep.TakeAsync(
            () => audit.RecordAsync(by.Entry(isNew ? "thing.create" : "thing.update", change.Name, change.Name), CancellationToken.None),
            () => changes.TellAsync(IdentityChangeKind.RightsChanged, $"thing/{change.Name}"));
        return current?.Description ?? record.Description; // deleted meanwhile: what was made is the answer
    }

    public async Task DeleteAsync(string name, long? expectedVersion, ChangedBy by, CancellationToken cancellationToken = default)
    {
        ThingRules.CheckVersion(_snapshot.Things.GetValueOrDefault(name)?.Description ?? throw Missing("thing", name), expectedVersion);
        List<string> targets = [.. endings.SelectMany(ending => ending.PrincipalsOf(name)), $"thing/{name}"];
        await database.Store.WriteAsync(
            connection =>
            {
                ThingRules.CheckVersion(RegistryRows.FindThing(connection, name, _snapshot.Groups)?.Description ?? throw Missing("thing", name), expectedVersion);
                RegistryRows.Execute(connection, "DELETE FROM thing_group_members WHERE thing = $name", ("$name", name));
                RegistryRows.Execute(connection, "DELETE FROM things WHERE name = $name", ("$name", name));
                foreach (var ending in endings)
                {
                    ending.Delete(connection, name);
                }
            },
            cancellationToken);
        await EachStep.TakeAsync(
        [
            .. endings.Select(ending => (Func<Task>)(() => ending.ForgetAsync(name))),
            () => Task.FromResult(Reload(name)),
            () => audit.RecordAsync(by.Entry("thing.delete", name, name), CancellationToken.None),
            () => changes.TellAsync(IdentityChangeKind.CredentialEnded, $"thing/{name}"),
            .. targets.Select(target => (Func<Task>)(() => policies.DetachAllAsync(target, by, CancellationToken.None))), // last: a Deny holds as long as anybody is here
        ]);
    }

    /// <summary>Whether a change could be made as things are now.</summary>
    /// <exception cref="ChangeRefusedException">It could not.</exception>
    public void Check(ThingChange change)
    {
        ThingRules.Check(change);
        var snapshot = _snapshot;
        var old = snapshot.Things.GetValueOrDefault(change.Name);
        CheckReferences(old, ThingRules.Apply(old, change, default), snapshot.Types.ContainsKey, snapshot.Groups.ContainsKey);
    }

    internal static ChangeRefusedException Missing(string kind, string name) => new(ChangeFault.NotFound, kind == "type"
        ? $"there is no type '{name}'; make it with 'roost thing type create {name}', or see 'roost thing type list'"
        : $"there is no {kind} '{name}'; 'roost {kind} list' shows those that there are");

    private (ThingRecord Record, bool IsNew, bool IsChanged) Put(SqliteConnection connection, ThingChange change)
    {
        var groups = RegistryRows.Groups(connection);
        var old = RegistryRows.FindThing(connection, change.Name, groups);
        var next = ThingRules.Apply(old, change, clock.GetUtcNow());
        CheckReferences(old, next, type => RegistryRows.Exists(connection, "thing_types", type), groups.ContainsKey);
        if (old is not null && ThingRules.AreSame(old, next))
        {
            return (old, false, false);
        }

        RegistryRows.SaveThing(connection, next);
        return (next, old is null, true);
    }

    private static void CheckReferences(ThingRecord? old, ThingRecord next, Func<string, bool> isType, Func<string, bool> isGroup)
    {
        if (next.Description.TypeName is { } type && type != old?.Description.TypeName && !isType(type))
        {
            throw Missing("type", type);
        }

        if (next.DirectGroups.FirstOrDefault(group => !isGroup(group)) is { } missing)
        {
            throw Missing("group", missing);
        }
    }

    /// <summary>Memory takes what is committed: whoever reads last, under the gate, has read the newest.</summary>
    private ThingRecord? Reload(string thing)
    {
        lock (_gate)
        {
            var snapshot = _snapshot;
            var record = database.Store.Read(connection => RegistryRows.FindThing(connection, thing, snapshot.Groups));
            _snapshot = snapshot with { Things = record is null ? snapshot.Things.Remove(thing) : snapshot.Things.SetItem(thing, record) };
            return record;
        }
    }

    private void Reload()
    {
        lock (_gate)
        {
            _snapshot = database.Store.Read(RegistryRows.ReadAll);
        }
    }
}
