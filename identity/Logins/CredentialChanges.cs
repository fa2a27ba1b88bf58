using Microsoft.Data.Sqlite;
using Roost.Identity.Store;

namespace Roost.Identity.Logins;

/// <summary>What changes of users, tokens and access keys have in common. They come one after the other, so that memory takes them in the order of the database.</summary>
internal sealed class CredentialChanges(IdentityDatabase database, IAuditTrail audit, IdentityChanges changes, IPolicyAttachments? policies = null, IThingRegistry? things = null) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

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

    public Task WriteAsync(Action<SqliteConnection> work) => database.Store.WriteAsync(work);

    public bool IsGone(string? thing) => thing is not null && things is not null && things.Find(thing) is null;

    /// <exception cref="ChangeRefusedException">There is no such thing.</exception>
    public void CheckThing(string? thing)
    {
        if (IsGone(thing))
        {
            throw new ChangeRefusedException(ChangeFault.NotFound, $"There is no thing '{thing}'. Make it with 'roost thing add {thing}'.");
        }
    }

    /// <exception cref="ChangeRefusedException">One of them is not there.</exception>
    public void CheckPolicies(IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => policies?.Exists(name) != true) is { } missing)
        {
            throw new ChangeRefusedException(ChangeFault.NotFound, $"There is no policy '{missing}'. 'roost policy list' shows those that there are.");
        }
    }

    public async Task AttachAsync(IReadOnlyList<string> names, string principal, ChangedBy by)
    {
        foreach (var name in names)
        {
            await policies!.AttachAsync(name, principal, by);
        }
    }

    public Task DetachAllAsync(string principal, ChangedBy by) => policies?.DetachAllAsync(principal, by) ?? Task.CompletedTask;

    public Task RecordAsync(ChangedBy by, string action, string principal, string? thing) => audit.RecordAsync(by.Entry(action, principal, thing));

    /// <summary>Whoever is here with this credential goes.</summary>
    public Task EndAsync(string principal) => changes.TellAsync(IdentityChangeKind.CredentialEnded, principal);

    public void Dispose() => _turn.Dispose();
}
