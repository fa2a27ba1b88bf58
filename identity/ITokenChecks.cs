using System.Net;

namespace Roost.Identity;

/// <summary>Judges bearer tokens. Any thread may call.</summary>
public interface ITokenChecks
{
    /// <summary>Whether a text has the form of our tokens, so that it is not taken for a password.</summary>
    bool IsToken(ReadOnlySpan<char> text);

    ValueTask<CredentialCheck> CheckAsync(string token, IPAddress? source, CancellationToken cancellationToken);
}
