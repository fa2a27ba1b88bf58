using System.Globalization;
using System.Security.Claims;
using System.Security.Principal;
using Microsoft.AspNetCore.Http;
using Roost.Gateway.Http.Tls;
using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// Says who asks. The unix socket and plain loopback are local. All others show a client certificate, a bearer token or a signature, or nothing; what is shown has to be
/// good also where nothing is asked for, and two credentials have to be of the same owner.
/// </summary>
internal sealed class RequestAuthentication(ICertificateChecks certificates, ITokenChecks tokens, SignedRequests signed, RightsCache rights, LiveRequests live, DenialNotes notes, PublicFunctions publicFunctions, IGatewayTls clock)
{
    private const string Bearer = "Bearer ";
    private const string Signed = "AWS4-";

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<LocalConnection>() is not null)
        {
            context.Features.Set(HttpCaller.Local);
            await next(context);
            return;
        }

        if (publicFunctions.IsAsked(context))
        {
            RemoveOwnCredential(context.Request);
            context.Features.Set(HttpCaller.Nobody());
            await next(context);
            return;
        }

        var endings = live.Endings;
        var shown = context.Features.Get<PeerCertificate>() is { Certificate: { } certificate } peer
            ? await certificates.CheckAsync(certificate, peer.Intermediates, context.RequestAborted)
            : null;
        var (written, isSigned) = await CheckWrittenAsync(context);
        if ((shown is { Principal: null } ? shown : written is { Principal: null } ? written : Disagreement(shown, written)) is { } refused)
        {
            notes.Note(context, refused.Claimed, refused.Reason);
            if (refused.Fault == CredentialFault.ClockSkew)
            {
                context.Response.Headers.Date = clock.TrustedNow.ToString("R", CultureInfo.InvariantCulture); // the time that signatures are compared with, which SDKs then sign by
            }

            await context.RefuseCredentialAsync(refused.Fault, refused.Reason, isSigned && ReferenceEquals(refused, written));
            return;
        }

        if ((written ?? shown)?.Principal is { } principal)
        {
            context.Features.Set(HttpCaller.Of(principal, rights.Of(principal, context.Connection.RemoteIpAddress), isAmbient: written is null, endings));
            context.Features.Set(new RequestIdentity(principal));
            context.Request.Headers.Authorization = default; // it has done its work: a function that is handed the request could act by it
            context.User = new ClaimsPrincipal(new GenericIdentity(principal.Id, "http")); // for rooms that note who changed what
        }
        else
        {
            context.Features.Set(HttpCaller.Nobody());
        }

        await next(context);
    }

    /// <summary>A client that sends its token with every request would hand it to the function's code. What is not this gateway's is for the function to judge.</summary>
    private void RemoveOwnCredential(HttpRequest request)
    {
        if (request.Headers.Authorization.Any(text => text is not null
            && (text.StartsWith(Signed, StringComparison.Ordinal) || (text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && tokens.IsToken(text.AsSpan(Bearer.Length).Trim())))))
        {
            request.Headers.Authorization = default;
        }
    }

    /// <returns>Null: the request itself holds no credential.</returns>
    private async Task<(CredentialCheck? Check, bool IsSigned)> CheckWrittenAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization;
        var presigned = SignedRequests.IsPresigned(context);
        if (authorization.Count == 0 && !presigned)
        {
            return (null, false);
        }

        if (presigned ? authorization.Count == 0 : authorization is [{ } text] && text.StartsWith(Signed, StringComparison.Ordinal))
        {
            return (await signed.CheckAsync(context), true);
        }

        return (authorization is [{ } token] && !presigned && token.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? await tokens.CheckAsync(token[Bearer.Length..].Trim(), context.Connection.RemoteIpAddress, context.RequestAborted)
            : CredentialCheck.Refuse(CredentialFault.Malformed, "Authorization is neither one bearer token nor one signature, or stands beside a signed query."), false);
    }

    private static CredentialCheck? Disagreement(CredentialCheck? shown, CredentialCheck? written) =>
        shown?.Principal is { } one && written?.Principal is { } other && one.Owner != other.Owner
            ? CredentialCheck.Refuse(CredentialFault.Malformed, $"The client certificate is of {one.Owner} and the request of {other.Owner}.", other.Id)
            : null;
}
