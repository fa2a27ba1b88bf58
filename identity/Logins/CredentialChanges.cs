using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Roost.Identity.Store;
using Roost.Identity.Things;

namespace Roost.Identity.Logins;

/// <summary>What changes of users, tokens and access keys have in common. They come one after the other, so that memory takes them in the order of the database.</summary>
internal sealed class CredentialChanges(IdentityDatabase database, IAuditTrail audit, IdentityChanges changes, IServiceProvider services) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    // Later: the registry itself asks the logins to end with their things.
    private readonly Lazy<IThingRegistry> _things = new(services.GetRequiredService<IThingRegistry>);
    private readonly Lazy<IPolicyAttachments> _policies = new(services.GetRequiredService<IPolicyAttachments>);

    public async Task<T> InTurnAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            _turn.Release();
        }
    }

    public T Read<T>(Func<SqliteConnection, T> work) => database.Store.Read(work);

    /// <param name="thing">Whose the credential is that is written; the transaction that deletes this thing comes before or after.</param>
    /// <exception cref="ChangeRefusedException">The thing was deleted meanwhile.</exception>
    public Task WriteAsync(string? thing, Action<SqliteConnection> work) => database.Store.WriteAsync(connection =>
    {
        if (thing is not null && RegistryRows.FindThing(connection, thing, RegistrySnapshot.Empty.Groups) is null)
        {
            throw Missing(thing);
        }

        work(connection);
    });

    public bool IsGone(string? thing) => thing is not null && _things.Value.Find(thing) is null;

    /// <exception cref="ChangeRefusedException">There is no such thing.</exception>
    public void CheckThing(string? thing)
    {
        if (IsGone(thing))
        {
            throw Missing(thing!);
        }
    }

    /// <exception cref="ChangeRefusedException">One of them is not there.</exception>
    public void CheckPolicies(IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => !_policies.Value.Exists(name)) is { } missing)
        {
            throw new ChangeRefusedException(ChangeFault.NotFound, $"There is no policy '{missing}'. 'roost policy list' shows those that there are.");
        }
    }

    public async Task AttachAsync(IReadOnlyList<string> names, string principal, ChangedBy by)
    {
        foreach (var name in names)
        {
            await _policies.Value.AttachAsync(name, principal, by);
        }
    }

    public Task DetachAllAsync(string principal, ChangedBy by) => _policies.Value.DetachAllAsync(principal, by);

    public Task RecordAsync(ChangedBy by, string action, string principal, string? thing) => audit.RecordAsync(by.Entry(action, principal, thing));

    /// <summary>Whoever is here with this credential goes.</summary>
    public Task EndAsync(string principal) => changes.TellAsync(IdentityChangeKind.CredentialEnded, principal);

    /// <summary>Records it, and whoever is here with this credential goes, whether it could be recorded or not.</summary>
    public Task RecordAndEndAsync(ChangedBy by, string action, string principal, string? thing) =>
        EachStep.TakeAsync(() => RecordAsync(by, action, principal, thing), () => EndAsync(principal));

    /// <summary>Its policies go too; last, as a Deny holds as long as anybody is here with it.</summary>
    public Task RecordAndDeleteAsync(ChangedBy by, string action, string principal, string? thing) =>
        EachStep.TakeAsync(() => RecordAndEndAsync(by, action, principal, thing), () => DetachAllAsync(principal, by));

    public void Dispose() => _turn.Dispose();

    private static ChangeRefusedException Missing(string thing) => new(ChangeFault.NotFound, $"There is no thing '{thing}'. Make it with 'roost thing add {thing}'.");
}
