using Microsoft.AspNetCore.Http;
using Roost.Gateway.Http;
using Roost.Identity;

namespace Roost.Gateway.Audit;

/// <summary>
/// A step of every request: what changes the gateway (functions, streams, exports, backups, rights) is audited with who asked and what came of it, and
/// refused while it cannot be. Who is named here has passed the door already.
/// </summary>
internal sealed class AuditStep(IAuditTrail trail, IAuditStorage storage)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var kind = AuditedRequests.KindOf(context.Request.Method, context.Request.Path);
        if (kind == AuditedRequest.None)
        {
            await next(context);
            return;
        }

        try
        {
            await storage.EnsureWritableAsync(context.RequestAborted);
        }
        catch (AuditUnavailableException exception)
        {
            await context.RefuseAsync(StatusCodes.Status503ServiceUnavailable, exception.Message);
            return;
        }

        await next(context);
        var entry = Entry(context);
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            trail.Note(entry); // nothing was changed: bounded, as anybody can have as many as he likes
        }
        else if (kind == AuditedRequest.Change)
        {
            await trail.RecordAsync(entry, CancellationToken.None);
        }
    }

    private static AuditEntry Entry(HttpContext context) =>
        RequestIdentity.Of(context).Entry("request", $"{context.Request.Method} {context.Request.Path}") with { Reason = $"answered {context.Response.StatusCode}" };
}
