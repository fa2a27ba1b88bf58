using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Roost.Identity.Logins;

/// <summary>
/// One way for every try: a name that nobody has is hashed against a decoy. The lock is asked again when the try has its turn, so that tries that came
/// all at once meet what those before them have caused.
/// </summary>
internal sealed class PasswordChecks : IPasswordChecks
{
    private readonly Users _users;
    private readonly CredentialChanges _changes;
    private readonly IGuessingGuard _guard;
    private readonly PasswordHashing _hashing;
    private readonly VerifiedLogins _verified;
    private readonly ILogger<PasswordChecks> _logger;
    private readonly HashingTurns _turns;
    private readonly PasswordHash _decoy;

    public PasswordChecks(Users users, CredentialChanges changes, IGuessingGuard guard, PasswordHashing hashing, TimeProvider time, ILogger<PasswordChecks> logger)
    {
        (_users, _changes, _guard, _hashing, _logger) = (users, changes, guard, hashing, logger);
        _verified = new VerifiedLogins(time);
        _turns = new HashingTurns(hashing.AtOnce, hashing.MostWaiting);
        _decoy = PasswordHash.Create(Guid.NewGuid().ToByteArray(), hashing.Iterations);
    }

    public async ValueTask<CredentialCheck> CheckAsync(string userName, ReadOnlyMemory<byte> password, IPAddress? source, CancellationToken cancellationToken)
    {
        if (!LoginNames.IsName(userName))
        {
            return CredentialCheck.Refuse(CredentialFault.Malformed, "The user name is none that there could be.");
        }

        var claimed = $"user/{userName}";
        if (password.Length is 0 or > LoginNames.LongestPassword)
        {
            return CredentialCheck.Refuse(CredentialFault.Malformed, $"The password is empty, or longer than {LoginNames.LongestPassword} bytes.", claimed);
        }

        if (_guard.LockedFor(claimed, source) > TimeSpan.Zero)
        {
            return LockedOut(claimed);
        }

        if (!await _turns.TakeAsync(source is null ? "local" : GuessingSource.Network(source), cancellationToken))
        {
            return CredentialCheck.Refuse(CredentialFault.Busy, "Too many logins wait to be checked.", claimed);
        }

        try
        {
            return await Task.Run(() => CheckInTurnAsync(userName, claimed, password, source), CancellationToken.None);
        }
        finally
        {
            _turns.Release();
        }
    }

    private static CredentialCheck LockedOut(string claimed) => CredentialCheck.Refuse(CredentialFault.LockedOut, "Too many wrong passwords came before.", claimed);

    private async Task<CredentialCheck> CheckInTurnAsync(string name, string claimed, ReadOnlyMemory<byte> password, IPAddress? source)
    {
        if (_guard.LockedFor(claimed, source) > TimeSpan.Zero)
        {
            return LockedOut(claimed);
        }

        var user = _users.Find(name);
        var wasVerified = user is not null && _verified.Contains(user, password.Span);
        var isRight = wasVerified || ((user?.Password ?? _decoy).Matches(password.Span) & user is not null);
        if (!isRight)
        {
            _guard.Failed(claimed, source);
            return user is null
                ? CredentialCheck.Refuse(CredentialFault.Unknown, "There is no such user.", claimed)
                : CredentialCheck.Refuse(CredentialFault.WrongSecret, "The password is wrong.", claimed);
        }

        _guard.Succeeded(claimed, source);
        if (_changes.IsGone(user!.Thing))
        {
            return CredentialCheck.Refuse(CredentialFault.Revoked, "The thing whose login it was is gone.", claimed);
        }

        if (!wasVerified)
        {
            user = await StrengthenAsync(user, password);
            _verified.Add(user, password.Span);
        }

        return CredentialCheck.Accept(user.ToPrincipal());
    }

    private async Task<UserRecord> StrengthenAsync(UserRecord user, ReadOnlyMemory<byte> password)
    {
        if (user.Password.Iterations >= _hashing.Iterations)
        {
            return user;
        }

        try
        {
            return await _users.RehashAsync(user, password.ToArray(), CancellationToken.None);
        }
        catch (SqliteException exception)
        {
            _logger.NotRehashed(user.Name, exception); // the old hash is still good
            return user;
        }
    }
}
