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

        if (kind == AuditedRequest.Disclosure)
        {
            await DiscloseAsync(context, next);
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

        try
        {
            await next(context);
        }
        catch (Exception exception) when (kind == AuditedRequest.Change)
        {
            // Whoever hangs up at the right moment has changed what he asked for all the same.
            await trail.RecordAsync(Entry(context, $"got no answer: {(context.RequestAborted.IsCancellationRequested ? "the client has gone" : exception.GetType().Name)}"), CancellationToken.None);
            throw;
        }

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

    /// <summary>Also on a full disk, as backups are for that day: noted, and not waited for.</summary>
    private async Task DiscloseAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            trail.Note(Entry(context));
        }
    }

    private static AuditEntry Entry(HttpContext context, string? outcome = null) =>
        RequestIdentity.Of(context).Entry("request", $"{context.Request.Method} {context.Request.Path}") with { Reason = outcome ?? $"answered {context.Response.StatusCode}" };
}
