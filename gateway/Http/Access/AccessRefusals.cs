using Microsoft.AspNetCore.Http;
using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>How a request is told that it may not: AWS's names on AWS's paths, so that SDKs do what they do there; 401 and a challenge on Roost's own.</summary>
internal static class AccessRefusals
{
    private const string Challenge = "Bearer realm=\"roost\"";

    public static Task RefuseUnknownAsync(this HttpContext context) => IsOwn(context)
        ? context.ChallengeAsync("This asks for an identity: send a client certificate, a bearer token, or sign the request with an access key of this gateway.")
        : context.RefuseAsAwsAsync(StatusCodes.Status403Forbidden, "MissingAuthenticationTokenException", "Missing Authentication Token: send a client certificate, a bearer token, or sign the request with an access key of this gateway.");

    /// <param name="reason">Told only of signed requests, whose sender has to know what to correct; who shows a password or token learns that it is not taken.</param>
    public static Task RefuseCredentialAsync(this HttpContext context, CredentialFault fault, string reason, bool isSigned)
    {
        if (fault == CredentialFault.LockedOut)
        {
            context.Response.Headers.RetryAfter = "10";
            return context.RefuseAsAwsAsync(StatusCodes.Status429TooManyRequests, "TooManyRequestsException", "Too many attempts; wait.");
        }

        var (status, error) = (isSigned, fault) switch
        {
            (true, CredentialFault.Malformed) => (StatusCodes.Status400BadRequest, "IncompleteSignatureException"),
            (true, CredentialFault.Unknown or CredentialFault.Inactive or CredentialFault.Revoked) => (StatusCodes.Status403Forbidden, "UnrecognizedClientException"),
            (true, _) => (StatusCodes.Status403Forbidden, "InvalidSignatureException"), // SDKs set their clocks by the header Date, and sign again
            (false, CredentialFault.Expired) => (StatusCodes.Status403Forbidden, "ExpiredTokenException"),
            _ => (StatusCodes.Status403Forbidden, "UnrecognizedClientException"),
        };
        var message = isSigned ? reason : "The credential is not taken: it is unknown here, has ended, or does not go with the other one.";
        return !isSigned && IsOwn(context) ? context.ChallengeAsync(message) : context.RefuseAsAwsAsync(status, error, message);
    }

    /// <summary>AWS's data plane calls it by another name than its other services do.</summary>
    public static Task RefuseDeniedAsync(this HttpContext context, RouteRight? missing) => context.RefuseAsAwsAsync(
        StatusCodes.Status403Forbidden, SignedServices.IsDataPlane(context.Request.Path) ? "ForbiddenException" : "AccessDeniedException",
        missing is { } right ? $"No policy allows {right}." : "Nobody may do this over the network.");

    private static Task ChallengeAsync(this HttpContext context, string message)
    {
        context.Response.Headers.WWWAuthenticate = Challenge;
        return context.RefuseAsAwsAsync(StatusCodes.Status401Unauthorized, "UnauthorizedException", message);
    }

    private static bool IsOwn(HttpContext context) => context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || context.Request.Path == "/metrics";
}
