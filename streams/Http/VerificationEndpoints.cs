using Microsoft.AspNetCore.Http;
using Roost.Streams.Catalog;

namespace Roost.Streams.Http;

/// <summary>
/// <c>GET</c> and <c>POST /api/v1/streams/{name}/verify</c>: what is known of the stream's soundness, and to read all of it again.
/// <c>GET</c> and <c>POST /api/v1/streams/{name}/repair</c>: what giving up its damaged records would cost, and to do it.
/// </summary>
internal sealed class VerificationEndpoints(StreamCatalog catalog)
{
    public Task GetAsync(HttpContext context) => Answer.RunAsync(context, async () =>
        await WriteAsync(context, StreamRoute.Resolve(context, catalog)));

    public Task BeginAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        stream.Log.BeginVerification();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await WriteAsync(context, stream);
    });

    public Task PlanRepairAsync(HttpContext context) => RepairAsync(context, dryRun: true);

    public Task RepairAsync(HttpContext context) => RepairAsync(context, dryRun: false);

    private static Task WriteAsync(HttpContext context, RecordStream stream) =>
        Answer.WriteAsync(context, json => VerificationJson.Write(json, stream.Log.Verification));

    private Task RepairAsync(HttpContext context, bool dryRun) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        if (!stream.Log.Options.OpensDamaged)
        {
            throw new StreamRefusedException(stream.Name, $"Stream '{stream.Name}' belongs to another part of the daemon, which relies on every record of it: it is not repaired from here.", isFault: false);
        }

        var repair = await stream.Log.RepairAsync(dryRun);
        await Answer.WriteAsync(context, json => VerificationJson.Write(json, repair, done: !dryRun && repair.Damage.Count > 0));
    });
}
