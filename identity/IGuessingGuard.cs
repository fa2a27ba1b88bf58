using System.Net;

namespace Roost.Identity;

/// <summary>
/// Slows down who guesses passwords, signatures and codes; one for all surfaces. Keeps a bounded table in memory and nothing on disk. Never asked for
/// certificates: they cannot be guessed, and nobody shall be able to lock a robot out. Any thread may call.
/// </summary>
public interface IGuessingGuard
{
    /// <summary>Ask right before a secret is compared, not earlier: tries that wait meanwhile must meet the lock that those before them have caused.</summary>
    /// <param name="claimed">Whom the try claims to be, as <see cref="Principal.Id"/>; it need not exist.</param>
    /// <param name="source">Null, a unix socket: never locked.</param>
    /// <returns>How long such a try is refused without being looked at; zero: it may be looked at now.</returns>
    TimeSpan LockedFor(string claimed, IPAddress? source);

    /// <summary>A try that was looked at was wrong. Not for those that were refused because of a lock: whoever is locked out does not prolong it.</summary>
    void Failed(string claimed, IPAddress? source);

    /// <summary>A try was right: forgets what was wrong before it by this name from there, and keeps the address in mind as one of this name's own.</summary>
    void Succeeded(string claimed, IPAddress? source);

    /// <summary>Everything that is held against a name, longest lock first; empty: nothing.</summary>
    IReadOnlyList<GuessingLock> LocksOf(string claimed);

    /// <summary>Forgets all that is held against a name, as an operator asks for it.</summary>
    void Unlock(string claimed);
}
