using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Roost.Gateway.Http;
using Roost.Storage.Backups;

namespace Roost.Gateway.Backups;

/// <summary><c>GET /api/v1/backup</c>: everything that lives in databases, as one tar; the daemon goes on meanwhile.</summary>
internal static class BackupEndpoint
{
    public static void MapBackup(this WebApplication app, BackupMaker maker, BackupMetrics metrics) => app.MapGet("/api/v1/backup", async context =>
    {
        try
        {
            await maker.MakeAsync((manifest, folder) => SendAsync(context, manifest, folder), context.RequestAborted);
            metrics.Made("done");
        }
        catch (BackupException exception)
        {
            metrics.Made("failed");
            await context.RefuseAsync(StatusCodes.Status503ServiceUnavailable, exception.Message);
        }
        catch (Exception) when (Count())
        {
            throw;
        }

        bool Count()
        {
            metrics.Made("failed");
            return false; // whoever broke it off, or what else went wrong, is told as for every request
        }
    });

    private static Task SendAsync(HttpContext context, BackupManifest manifest, string folder)
    {
        context.Response.ContentType = "application/x-tar";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"roost-{manifest.Created:yyyyMMdd'T'HHmmss'Z'}.tar\"";
        return BackupArchive.WriteAsync(manifest, folder, context.Response.Body, context.RequestAborted);
    }
}
