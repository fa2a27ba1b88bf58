using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Roost.Identity.Signatures;

internal sealed partial class SignatureChecks(IAccessKeys keys, IGuessingGuard guard, IGatewayTls clock) : ISignatureChecks
{
    /// <summary>What AWS allows clocks to differ by.</summary>
    private static readonly TimeSpan _skew = TimeSpan.FromMinutes(5);

    private readonly SeenSignatures _seen = new();

    public async ValueTask<SignatureCheck> BeginAsync(SignedRequest request, CancellationToken cancellationToken)
    {
        SignatureClaim claim;
        string? payload;
        try
        {
            claim = SignatureReader.Read(request);
            payload = PayloadOf(request);
            RefuseUnsignedHeaders(request, claim);
        }
        catch (MalformedSignatureException exception)
        {
            return new SignatureCheck(CredentialCheck.Refuse(CredentialFault.Malformed, exception.Message));
        }

        var claimed = $"key/{claim.AccessKeyId}";
        if (!request.Services.Contains(claim.Service, StringComparer.Ordinal))
        {
            return Refused(CredentialFault.Malformed, $"It is signed for the service {claim.Service}; what it asks is served by {string.Join(" or ", request.Services)}.");
        }

        if (claim.IsPresigned && request.Method is not ("GET" or "HEAD"))
        {
            return Refused(CredentialFault.Malformed, "It is presigned and changes something: it could be repeated until it expires. Sign it by its headers.");
        }

        if (guard.LockedFor(claimed, request.Source) > TimeSpan.Zero)
        {
            return Refused(CredentialFault.LockedOut, "Too many wrong signatures came before it; wait.");
        }

        if (CanonicalRequest.PathOf(request.RawTarget).Contains("//", StringComparison.Ordinal))
        {
            return Refused(CredentialFault.Malformed, "Its path has an empty segment, which what is signed leaves out: it would be a signature for another path as well. Write / within a name as %2F.");
        }

        var key = await keys.FindAsync(claim.AccessKeyId, cancellationToken);
        if (key is null && keys.IsSealed(claim.AccessKeyId))
        {
            return Refused(CredentialFault.Inactive, "The access key is here, and its secret is sealed with a key that is not: put secrets.key back, or make another access key ('roost key create').");
        }

        if (key is null)
        {
            guard.Failed(claimed, request.Source);
            return Refused(CredentialFault.Unknown, "The access key is none of this gateway's.");
        }

        if (!key.IsActive)
        {
            return Refused(CredentialFault.Inactive, "The access key is not active.");
        }

        return FaultOfTime(claim) is { } fault
            ? new SignatureCheck(fault)
            : new SignatureCheck(payload, hash => Finish(request, claim, key, hash));

        SignatureCheck Refused(CredentialFault fault, string reason) => new(CredentialCheck.Refuse(fault, reason, claimed));
    }

    private CredentialCheck Finish(SignedRequest request, SignatureClaim claim, AccessKeySecret key, string payloadHash)
    {
        var claimed = $"key/{claim.AccessKeyId}";
        var expected = SignatureMath.Sign(key.SecretAccessKey, claim, CanonicalRequest.Of(request, claim.SignedHeaders, payloadHash));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(claim.Signature)))
        {
            guard.Failed(claimed, request.Source);
            return CredentialCheck.Refuse(CredentialFault.WrongSecret, "The signature does not fit the request: it was made with another secret key, or the request was changed after it.", claimed);
        }

        guard.Succeeded(claimed, request.Source);
        keys.NoteUse(claim.AccessKeyId);
        if (request.Method is "GET" or "HEAD")
        {
            return CredentialCheck.Accept(key.Principal); // asking again changes nothing, and clients do ask twice in a second
        }

        return _seen.TryUse(claim.AccessKeyId, claim.Signature, request.Source, clock.TrustedNow, claim.Time + _skew) switch
        {
            SignatureUse.Allowed => CredentialCheck.Accept(key.Principal),
            SignatureUse.Repeated => CredentialCheck.Refuse(CredentialFault.Replayed, "The very same signed request came before; sign each anew.", claimed),
            _ => CredentialCheck.Refuse(CredentialFault.LockedOut, "More signed changes of this key came in five minutes than can be told apart; wait.", claimed),
        };
    }

    private CredentialCheck? FaultOfTime(SignatureClaim claim)
    {
        var now = clock.TrustedNow;
        var claimed = $"key/{claim.AccessKeyId}";
        if (claim.Time > now + _skew)
        {
            return CredentialCheck.Refuse(CredentialFault.ClockSkew, $"Signature not yet current: it was signed at {claim.Timestamp}, and it is {Stamp(now)} here (header Date); clocks may differ by 5 minutes.", claimed);
        }

        if (claim.Expires is { } expires)
        {
            return claim.Time + expires < now ? CredentialCheck.Refuse(CredentialFault.Expired, $"Signature expired: it was signed at {claim.Timestamp} for {expires.TotalSeconds} s, and it is {Stamp(now)} here (header Date).", claimed) : null;
        }

        return claim.Time < now - _skew
            ? CredentialCheck.Refuse(CredentialFault.ClockSkew, $"Signature expired: it was signed at {claim.Timestamp}, and it is {Stamp(now)} here (header Date); clocks may differ by 5 minutes.", claimed)
            : null;
    }

    /// <exception cref="MalformedSignatureException">It is neither a hash nor <c>UNSIGNED-PAYLOAD</c>, or there are two.</exception>
    private static string? PayloadOf(SignedRequest request) => SignatureReader.ValuesOf(request, "x-amz-content-sha256") switch
    {
        [] => null,
        [SignatureCheck.UnsignedPayload] => SignatureCheck.UnsignedPayload,
        [var hash] when Hash().IsMatch(hash) => hash,
        _ => throw new MalformedSignatureException("X-Amz-Content-Sha256 has to be the SHA-256 of the body in lower-case hexadecimal, or UNSIGNED-PAYLOAD; bodies signed in chunks are not taken."),
    };

    /// <exception cref="MalformedSignatureException">Host or one of AWS's own headers could be changed without anybody's noticing, or a header that is signed is missing.</exception>
    private static void RefuseUnsignedHeaders(SignedRequest request, SignatureClaim claim)
    {
        if (!claim.SignedHeaders.Contains("host", StringComparer.Ordinal))
        {
            throw new MalformedSignatureException("SignedHeaders has to hold host.");
        }

        foreach (var (name, _) in request.Headers)
        {
            if (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !claim.SignedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new MalformedSignatureException($"SignedHeaders has to hold {name.ToLowerInvariant()}: it is in the request.");
            }
        }

        if (claim.SignedHeaders.FirstOrDefault(name => SignatureReader.ValuesOf(request, name).Count == 0) is { } missing)
        {
            throw new MalformedSignatureException($"SignedHeaders holds {missing}, which the request has not.");
        }
    }

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Hash();
}
