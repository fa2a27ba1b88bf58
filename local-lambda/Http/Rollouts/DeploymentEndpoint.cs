using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;

namespace Roost.LocalLambda.Http.Rollouts;

/// <summary>
/// <c>POST /api/v1/functions/{function}/deployments</c>: a zip as the body, the rollout in the query (<c>canary</c>, <c>for</c>, <c>rollback-on</c>, <c>min-invocations</c>, <c>publish</c>,
/// <c>all-at-once</c>). Without one in the query, the plan of the zip's function.yaml holds, as it does for a folder. One
/// request brings both, so a new version is never without its rules.
/// </summary>
internal sealed class DeploymentEndpoint(FunctionHost host) : IDisposable
{
    private const int MaxUploads = 4;

    /// <summary>Five times what AWS takes in a request: this one is not held in memory.</summary>
    private const long MaxZipBytes = 250 * 1024 * 1024;

    private static readonly string[] s_keys = ["canary", "for", "rollback-on", "min-invocations", "publish", "all-at-once"];

    private readonly SemaphoreSlim _uploads = new(MaxUploads);

    public async Task HandleAsync(HttpContext http)
    {
        if (!_uploads.Wait(0, CancellationToken.None))
        {
            await RolloutEndpoints.RefuseAsync(http, StatusCodes.Status429TooManyRequests, $"{MaxUploads} deployments are being received; try again when one is done.");
            return;
        }

        try
        {
            await RolloutEndpoints.AnswerAsync(http, name => DeployAsync(http, name));
        }
        catch (InvalidCodeException exception)
        {
            await RolloutEndpoints.RefuseAsync(http, StatusCodes.Status400BadRequest, exception.Message, exception.Faults);
        }
        finally
        {
            _uploads.Release();
        }
    }

    public void Dispose() => _uploads.Dispose();

    private async Task<JsonObject> DeployAsync(HttpContext http, string name)
    {
        if (!FunctionArn.IsName(name))
        {
            throw new InvalidCodeException($"'{name}' is no name of a function; use 1 to {FunctionArn.MaxNameLength} letters, digits, - and _");
        }

        var (asked, publish, allAtOnce) = (PlanIn(http.Request.Query), IsOn(http.Request.Query, "publish"), IsOn(http.Request.Query, "all-at-once"));
        RefuseFolder(host.TryFind(name, out var known) ? known.Record : null);
        var zip = host.Code.NewZip();
        try
        {
            var (sha256, bytes) = await ReceiveAsync(http, zip, host.Clock);
            using var package = await host.Zips.AddAsync(zip, sha256, bytes);
            var latest = host.Zips.Define(name, new LambdaSettings(), "", package);
            CallerRights.DemandFor(http, latest, known?.Record);
            var plan = allAtOnce ? null : asked ?? latest.Rollout;
            FunctionRecord? before = null;
            var after = await host.ChangeAsync(name, record =>
            {
                RefuseFolder(record);
                CallerRights.DemandFor(http, latest, record); // again: something may have been tied to it while the zip came
                before = record;
                var now = host.Clock.GetUtcNow();
                var deployed = record is null ? new FunctionRecord { Name = name, Latest = latest } : record.Deploy(latest, plan, keepsBefore: true, now);
                return publish ? deployed.Publish(null, now, out _) : deployed;
            });
            host.Note(name, [], []);
            var view = RolloutEndpoints.View(after);
            view["note"] = NoteOn(before, after, plan);
            return view;
        }
        finally
        {
            File.Delete(zip); // when the store has taken it, it has another name
        }
    }

    private static string? NoteOn(FunctionRecord? before, FunctionRecord after, RolloutPlan? plan) => (before, after) switch
    {
        (null, _) when plan is not null => "it is the first deployment, so there is nothing to go back to and no rollout",
        ({ Rollout: { IsInProgress: true } old }, _) when after.Rollout?.Id == old.Id && after.Rollout.IsInProgress => "it is the same as before; the rollout goes on",
        ({ Rollout: { IsInProgress: true } old }, _) => $"the rollout of version {old.Canary} has ended without a decision",
        ({ } known, _) when plan is not null && after.Rollout?.IsInProgress is not true && FunctionRecord.IsSame(known.Latest, after.Latest) => "it is what is there already",
        _ => null,
    };

    private static RolloutPlan? PlanIn(IQueryCollection query)
    {
        List<string> faults = [.. query.Keys.Where(key => !s_keys.Contains(key)).Select(key => $"{key} is not known; the keys are {string.Join(", ", s_keys)}")];
        RolloutPlan? plan = null;
        if (query.ContainsKey("canary"))
        {
            plan = RolloutPlan.Parse(Texts(query, "canary"), Text(query, "for"), Texts(query, "rollback-on"), Text(query, "min-invocations"), (key, value, remedy) => faults.Add($"{key} is '{value}'; {remedy}"));
        }
        else if (query.ContainsKey("for") || query.ContainsKey("rollback-on") || query.ContainsKey("min-invocations"))
        {
            faults.Add("for, rollback-on and min-invocations belong to a rollout; give canary as well: canary=10%");
        }

        if (query.ContainsKey("canary") && IsOn(query, "all-at-once"))
        {
            faults.Add("canary and all-at-once are opposites; give one of them");
        }

        return faults.Count == 0 ? plan : throw new InvalidCodeException(string.Join(". ", faults.Distinct()));
    }

    private static bool IsOn(IQueryCollection query, string key) => query[key].ToString() is "true" or "1";

    private static string? Text(IQueryCollection query, string key) => query.TryGetValue(key, out var values) ? values.ToString() : null;

    private static IReadOnlyList<string> Texts(IQueryCollection query, string key) => [.. query[key].OfType<string>()];

    private static void RefuseFolder(FunctionRecord? record)
    {
        if (record?.Origin is { } origin)
        {
            throw new RolloutImpossibleException($"{record.Name} comes from the folder {origin.Folder}: change it there (its function.yaml may ask for a rollout), or remove that folder first");
        }
    }

    /// <returns>Hash in base64, and size, of what was received.</returns>
    private static async Task<(string Sha256, long Bytes)> ReceiveAsync(HttpContext http, string path, TimeProvider clock)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxZipBytes;
        }

        if (http.Request.ContentLength > MaxZipBytes)
        {
            throw TooLarge();
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var pace = new UploadPace(clock, http.RequestAborted);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            long bytes = 0;
            while (await http.Request.Body.ReadAsync(buffer, pace.Token) is var read and > 0)
            {
                pace.Add(read);
                bytes += read;
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
            }

            return (Convert.ToBase64String(hash.GetHashAndReset()), bytes);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
        catch (OperationCanceledException) when (pace.IsTooSlow)
        {
            throw new InvalidCodeException(UploadPace.Fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static InvalidCodeException TooLarge() => new($"the zip has more than {MaxZipBytes} bytes; leave out what the function does not need, or put the folder into the functions' folder");
}
