using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Roost.Gateway.Http;
using Roost.Storage.Backups;

namespace Roost.Gateway.Backups;

/// <summary><c>GET /api/v1/backup</c>: everything that lives in databases, as one tar; the daemon goes on meanwhile.</summary>
internal static class BackupEndpoint
{
    /// <summary>Whoever takes less a second on the whole is cut off: its copy takes up room on the disk, and a place that others want.</summary>
    private const int LeastBytesPerSecond = 64 * 1024;

    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public static void MapBackup(this WebApplication app, BackupMaker maker, BackupMetrics metrics, TimeProvider clock) => app.MapGet("/api/v1/backup", async context =>
    {
        try
        {
            await maker.MakeAsync((manifest, folder) => SendAsync(context, manifest, folder, clock), context.RequestAborted);
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

    private static async Task SendAsync(HttpContext context, BackupManifest manifest, string folder, TimeProvider clock)
    {
        var bytes = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        using var late = new CancellationTokenSource(Grace + TimeSpan.FromSeconds(bytes / LeastBytesPerSecond), clock);
        await using var abort = late.Token.Register(context.Abort);
        context.Response.ContentType = "application/x-tar";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"roost-{manifest.Created:yyyyMMdd'T'HHmmss'Z'}.tar\"";
        await BackupArchive.WriteAsync(manifest, folder, context.Response.Body, context.RequestAborted);
    }
}
