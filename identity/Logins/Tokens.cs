using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Identity.Certificates;

namespace Roost.Identity.Logins;

/// <summary>The bearer tokens: from memory for who comes in, in the database for good. Any thread may call.</summary>
internal sealed class Tokens(CredentialChanges changes, TrustedTime time, ILogger<Tokens> logger)
{
    private const int Most = 10_000;

    private static readonly TimeSpan _useResolution = TimeSpan.FromHours(1); // an app asks many times a second; the disk hears of it once an hour

    private ImmutableDictionary<string, TokenRecord> _tokens = ImmutableDictionary.Create<string, TokenRecord>(StringComparer.Ordinal);

    /// <summary>Told after each new one, on its creator's thread.</summary>
    public Action? Created { get; set; }

    public int Count => Volatile.Read(ref _tokens).Count;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<TokenRecord> List() => [.. Volatile.Read(ref _tokens).Values.OrderBy(token => token.CreatedAt).ThenBy(token => token.Id, StringComparer.Ordinal)];

    public TokenRecord? Find(string id) => Volatile.Read(ref _tokens).GetValueOrDefault(id);

    /// <exception cref="ChangeRefusedException">There is no such token.</exception>
    public TokenRecord Get(string id) => Find(id) ?? throw new ChangeRefusedException(ChangeFault.NotFound, $"There is no token {(TokenText.IsId(id) ? $"'{id}'" : "of that identifier")}. 'roost token list' shows those that there are.");

    public void Load() => Volatile.Write(ref _tokens, changes.Read(TokenRows.All).ToImmutableDictionary(token => token.Id, StringComparer.Ordinal));

    /// <param name="expiresAt">Null: never.</param>
    /// <exception cref="ChangeRefusedException">The label is none, or the thing or a policy is not there.</exception>
    public Task<NewToken> CreateAsync(string label, DateTimeOffset? expiresAt, string? thing, IReadOnlyList<string> policies, bool isApp, ChangedBy by, CancellationToken cancellationToken)
    {
        LoginNames.CheckLabel(label);
        return changes.InTurnAsync(
            async () =>
            {
                changes.CheckThing(thing);
                changes.CheckPolicies(policies);
                if (_tokens.Count >= Most)
                {
                    throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"There are {Most} tokens, and no more fit. 'roost token revoke' takes away those that nobody uses.");
                }

                var text = TokenText.Format(NewId(), TokenText.NewSecret());
                var token = new TokenRecord
                {
                    Id = TokenText.IdOf(text).ToString(), Hash = TokenText.HashOf(text), Label = label, Thing = thing, IsApp = isApp, CreatedAt = time.Now, ExpiresAt = expiresAt,
                };
                await changes.WriteAsync(token.Thing, connection => TokenRows.Add(connection, token));
                ImmutableInterlocked.TryAdd(ref _tokens, token.Id, token);
                Created?.Invoke();
                await changes.RecordAsync(by, isApp ? "app.pair" : "token.create", token.PrincipalId, thing);
                await changes.AttachAsync(policies, token.PrincipalId, by);
                return new NewToken(token, text);
            },
            cancellationToken);
    }

    /// <summary>It is gone, with its policies, and whoever is here with it goes.</summary>
    /// <exception cref="ChangeRefusedException">There is no such token.</exception>
    public Task RevokeAsync(string id, ChangedBy by, CancellationToken cancellationToken) =>
        changes.InTurnAsync(
            async () =>
            {
                var token = Get(id);
                await changes.WriteAsync(thing: null, connection => TokenRows.Delete(connection, id));
                ImmutableInterlocked.TryRemove(ref _tokens, id, out _);
                await changes.RecordAndDeleteAsync(by, "token.revoke", token.PrincipalId, token.Thing);
                return token;
            },
            cancellationToken);

    /// <summary>Keeps in mind that it was used, and writes that down once an hour, when there is time.</summary>
    public void Used(TokenRecord token)
    {
        var now = time.Now;
        var used = token with { UsedAt = now };
        if (now - token.UsedAt < _useResolution || !ImmutableInterlocked.TryUpdate(ref _tokens, token.Id, used, token))
        {
            return;
        }

        _ = StoreAsync();

        async Task StoreAsync()
        {
            try
            {
                await changes.WriteAsync(thing: null, connection => TokenRows.SetUsed(connection, token.Id, now));
            }
            catch (Exception exception) when (exception is SqliteException or ObjectDisposedException)
            {
                logger.UseNotStored(token.PrincipalId, exception);
            }
        }
    }

    /// <summary>Those of a thing that is deleted in the database.</summary>
    public Task ForgetAsync(string thing) => changes.InTurnAsync(
        async () =>
        {
            var gone = List().Where(token => token.Thing == thing).ToList();
            foreach (var token in gone)
            {
                ImmutableInterlocked.TryRemove(ref _tokens, token.Id, out _);
            }

            await EachStep.TakeAsync(gone.Select(token => (Func<Task>)(() => changes.RecordAndEndAsync(ChangedBy.Gateway, "token.revoke", token.PrincipalId, thing))));
            return true;
        },
        CancellationToken.None);

    private string NewId()
    {
        string id;
        do
        {
            id = TokenText.NewId();
        }
        while (_tokens.ContainsKey(id));

        return id;
    }
}
