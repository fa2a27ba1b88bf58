using System.Net;

namespace Roost.Identity;

/// <summary>Judges user names with passwords. Any thread may call.</summary>
public interface IPasswordChecks
{
    /// <summary>Takes as long for a name that nobody has. Tens of milliseconds of CPU, on a thread of the pool.</summary>
    /// <param name="source">Who guesses is slowed down by name and by address; null: a unix socket.</param>
    ValueTask<CredentialCheck> CheckAsync(string userName, ReadOnlyMemory<byte> password, IPAddress? source, CancellationToken cancellationToken);
}
