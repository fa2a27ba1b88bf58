using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace Roost.Identity.Logins;

/// <summary>The users: from memory for who comes in, in the database for good. Any thread may call.</summary>
internal sealed class Users(CredentialChanges changes, PasswordHashing hashing, TimeProvider time)
{
    private const int Most = 10_000;

    private volatile ImmutableDictionary<string, UserRecord> _users = ImmutableDictionary.Create<string, UserRecord>(StringComparer.Ordinal);

    public int Count => _users.Count;

    /// <summary>By name.</summary>
    public IReadOnlyList<UserRecord> List() => [.. _users.Values.OrderBy(user => user.Name, StringComparer.Ordinal)];

    public UserRecord? Find(string name) => _users.GetValueOrDefault(name);

    /// <exception cref="ChangeRefusedException">There is no such user.</exception>
    public UserRecord Get(string name) => Find(name) ?? throw new ChangeRefusedException(ChangeFault.NotFound, $"There is no user {(LoginNames.IsName(name) ? $"'{name}'" : "of that name")}. 'roost user list' shows those that there are.");

    public void Load() => _users = changes.Read(UserRows.All).ToImmutableDictionary(user => user.Name, StringComparer.Ordinal);

    /// <exception cref="ChangeRefusedException">The name is taken or no name, the password must not be used, or the thing or a policy is not there.</exception>
    public Task<UserRecord> AddAsync(string name, byte[] password, string? thing, IReadOnlyList<string> policies, ChangedBy by, CancellationToken cancellationToken)
    {
        LoginNames.CheckName(name);
        LoginNames.CheckPassword(password);
        return changes.InTurnAsync(
            async () =>
            {
                changes.CheckThing(thing);
                changes.CheckPolicies(policies);
                if (_users.ContainsKey(name))
                {
                    throw new ChangeRefusedException(ChangeFault.Conflict, $"There is a user '{name}' already. 'roost user passwd {name}' gives another password.");
                }

                if (_users.Count >= Most)
                {
                    throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"There are {Most} users, and no more fit. Give robots certificates ('roost thing add').");
                }

                var now = time.GetUtcNow();
                var user = new UserRecord { Name = name, Password = PasswordHash.Create(password, hashing.Iterations), Thing = thing, CreatedAt = now, ChangedAt = now };
                await changes.DetachAllAsync(user.PrincipalId, by); // what an earlier user of the name may have left
                await changes.WriteAsync(user.Thing, connection => UserRows.Put(connection, user));
                _users = _users.SetItem(name, user);
                await changes.RecordAsync(by, "user.create", user.PrincipalId, thing);
                await changes.AttachAsync(policies, user.PrincipalId, by);
                return user;
            },
            cancellationToken);
    }

    /// <summary>Connections that came in with the old one end.</summary>
    /// <exception cref="ChangeRefusedException">There is no such user, or the password must not be used.</exception>
    public Task<UserRecord> SetPasswordAsync(string name, byte[] password, ChangedBy by, CancellationToken cancellationToken)
    {
        LoginNames.CheckPassword(password);
        return changes.InTurnAsync(
            async () =>
            {
                var user = With(Get(name), PasswordHash.Create(password, hashing.Iterations), time.GetUtcNow());
                await changes.WriteAsync(user.Thing, connection => UserRows.Put(connection, user));
                _users = _users.SetItem(name, user);
                await changes.RecordAndEndAsync(by, "user.password", user.PrincipalId, user.Thing);
                return user;
            },
            cancellationToken);
    }

    /// <summary>Keeps the same password with more iterations. Nothing is audited: nothing has changed for anybody.</summary>
    public Task<UserRecord> RehashAsync(UserRecord user, byte[] password, CancellationToken cancellationToken) =>
        changes.InTurnAsync(
            async () =>
            {
                if (!ReferenceEquals(Find(user.Name), user))
                {
                    return user; // another password meanwhile, or gone
                }

                var stronger = With(user, PasswordHash.Create(password, hashing.Iterations), user.ChangedAt);
                await changes.WriteAsync(user.Thing, connection => UserRows.Put(connection, stronger));
                _users = _users.SetItem(user.Name, stronger);
                return stronger;
            },
            cancellationToken);

    public Task NoteUnlockedAsync(UserRecord user, ChangedBy by) => changes.RecordAsync(by, "user.unlock", user.PrincipalId, user.Thing);

    /// <exception cref="ChangeRefusedException">There is no such user.</exception>
    public Task DeleteAsync(string name, ChangedBy by, CancellationToken cancellationToken) =>
        changes.InTurnAsync(
            async () =>
            {
                var user = Get(name);
                await changes.WriteAsync(thing: null, connection => UserRows.Delete(connection, name));
                _users = _users.Remove(name);
                await changes.RecordAndDeleteAsync(by, "user.delete", user.PrincipalId, user.Thing);
                return user;
            },
            cancellationToken);

    /// <summary>Those of a thing that is deleted in the database.</summary>
    public Task ForgetAsync(string thing) => changes.InTurnAsync(
        async () =>
        {
            var gone = List().Where(user => user.Thing == thing).ToList();
            foreach (var user in gone)
            {
                _users = _users.Remove(user.Name);
            }

            await EachStep.TakeAsync(gone.Select(user => (Func<Task>)(() => changes.RecordAndEndAsync(ChangedBy.Gateway, "user.delete", user.PrincipalId, thing))));
            return true;
        },
        CancellationToken.None);

    private static UserRecord With(UserRecord user, PasswordHash password, DateTimeOffset changedAt) =>
        new() { Name = user.Name, Password = password, Thing = user.Thing, CreatedAt = user.CreatedAt, ChangedAt = changedAt };
}
