using System.Net;
using System.Security.Cryptography;
using Roost.Identity.Certificates;

namespace Roost.Identity.Logins;

/// <summary>
/// Takes microseconds, and asks no guard: 260 random bits are not guessed, and a lock would only let strangers who have seen an identifier shut its owner out.
/// </summary>
internal sealed class TokenChecks(Tokens tokens, CredentialChanges changes, LoginMetrics metrics, TrustedTime time) : ITokenChecks
{
    private static readonly byte[] _nobodys = new byte[SHA256.HashSizeInBytes];

    public bool IsToken(ReadOnlySpan<char> text) => TokenText.IsToken(text);

    public ValueTask<CredentialCheck> CheckAsync(string token, IPAddress? source, CancellationToken cancellationToken) => ValueTask.FromResult(Check(token));

    private CredentialCheck Check(string text)
    {
        if (!TokenText.IsToken(text))
        {
            return CredentialCheck.Refuse(CredentialFault.Malformed, "It is no token of this kind of gateway.");
        }

        var id = TokenText.IdOf(text).ToString();
        var claimed = $"token/{id}";
        var token = tokens.Find(id);
        var isRight = CryptographicOperations.FixedTimeEquals(TokenText.HashOf(text), token?.Hash ?? _nobodys);
        if (token is null || !isRight)
        {
            metrics.Failed("token");
            return token is null
                ? CredentialCheck.Refuse(CredentialFault.Unknown, "There is no such token, or it was revoked.", claimed)
                : CredentialCheck.Refuse(CredentialFault.WrongSecret, "The token's secret is wrong.", claimed);
        }

        if (token.IsExpired(time.Now))
        {
            return CredentialCheck.Refuse(CredentialFault.Expired, "The token has expired.", claimed);
        }

        if (changes.IsGone(token.Thing))
        {
            return CredentialCheck.Refuse(CredentialFault.Revoked, "The thing whose token it was is gone.", claimed);
        }

        tokens.Used(token);
        return CredentialCheck.Accept(token.ToPrincipal());
    }
}
