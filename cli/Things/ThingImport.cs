using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Things;

/// <summary>
/// Brings many things in. All are judged before the first is made. Each has a folder, with a mark in it from before it is made until its files are whole: what was cut
/// short is found by that, and done again.
/// </summary>
internal sealed class ThingImport(DaemonClient daemon, string file, string target, IReadOnlyList<string>? policies)
{
    private const string Mark = ".unfinished";
    private const int AtOnce = 32; // that many changes share one sync of the gateway's disk
    private const int CheckedAtOnce = 500;

    /// <returns>How many were added; the others were, by an earlier import.</returns>
    /// <exception cref="DaemonException">Some could not be made; the message names their lines.</exception>
    public async Task<int> RunAsync(CsvThings csv, CancellationToken cancellationToken)
    {
        var things = csv.Things;
        await CheckAsync(csv, cancellationToken);
        var todo = things.Where(thing => !IsDone(thing)).ToList();
        var faults = new ConcurrentBag<(int Line, string Fault)>();
        await Parallel.ForEachAsync(todo, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (thing, token) =>
        {
            try
            {
                await AddAsync(thing, token);
            }
            catch (DaemonException exception)
            {
                faults.Add((thing.Number, $"{file}:{thing.Number}: {exception.Message}"));
            }
        });
        return faults.IsEmpty ? todo.Count
            : throw new DaemonException(string.Join('\n', faults.Order().Select(static fault => fault.Fault).Append($"{Count.Of(todo.Count - faults.Count, "thing was", "things were")} added; the same command again goes on with the others")));
    }

    private string FolderOf(ThingLine thing) => Path.Combine(target, ThingFiles.FileName(thing.Name));

    private bool IsUnfinished(ThingLine thing) => File.Exists(Path.Combine(FolderOf(thing), Mark));

    private bool IsDone(ThingLine thing) => !IsUnfinished(thing) && File.Exists(Path.Combine(FolderOf(thing), ThingFiles.FileName(thing.Name) + ".key"));

    /// <summary>What the lines lack and what the gateway says to the others is told together: one list to work through.</summary>
    private async Task CheckAsync(CsvThings csv, CancellationToken cancellationToken)
    {
        var wrong = csv.Faults.ToList();
        foreach (var part in csv.Things.Chunk(CheckedAtOnce))
        {
            var body = JsonText.Write(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("things");
                foreach (var thing in part)
                {
                    json.WriteStartObject();
                    ThingJson.Write(json, thing.Name, thing.Type, thing.Groups, thing.Attributes);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                ThingJson.WriteTexts(json, "policies", policies);
                json.WriteEndObject();
            });
            using var answer = await daemon.SendJsonAsync(HttpMethod.Post, "/api/v1/registry/things-check", Body(body), $"check of {file}", cancellationToken);
            foreach (var fault in Listing.Of(answer.RootElement, "faults"))
            {
                var thing = part[fault.GetProperty("index").GetInt32()];
                if (!(fault.GetProperty("isThere").GetBoolean() && (IsDone(thing) || IsUnfinished(thing))))
                {
                    wrong.Add((thing.Number, JsonText.Cell(fault, "message")));
                }
            }
        }

        if (wrong.Count > 0)
        {
            throw new DaemonException(string.Join('\n', wrong.OrderBy(static fault => fault.Line).Select(fault => $"{file}:{fault.Line}: {fault.Fault}").Append("nothing was done; mend the lines and import again")));
        }
    }

    private async Task AddAsync(ThingLine thing, CancellationToken cancellationToken)
    {
        var mark = Path.Combine(FolderOf(thing), Mark);
        if (IsUnfinished(thing))
        {
            // An import that was cut short may have made it, and its key is lost: it begins anew. Nobody else had made it when the mark was set.
            await DeleteAsync(thing, cancellationToken);
            Directory.Delete(FolderOf(thing), recursive: true);
        }

        try
        {
            Directory.CreateDirectory(FolderOf(thing), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await File.WriteAllTextAsync(mark, "", cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"{FolderOf(thing)}: {exception.Message.TrimEnd('.')}", exception);
        }

        using (var files = ThingFiles.Open(FolderOf(thing), thing.Name, withKey: true))
        {
            var body = JsonText.Write(json =>
            {
                json.WriteStartObject();
                ThingJson.Write(json, thing.Name, thing.Type, thing.Groups, thing.Attributes);
                ThingJson.WriteTexts(json, "policies", policies);
                json.WriteEndObject();
            });
            using var answer = await daemon.SendJsonAsync(HttpMethod.Post, "/api/v1/registry/things", Body(body), $"thing {thing.Name}", cancellationToken);
            var certificate = answer.RootElement.GetProperty("certificate");
            files.Write(JsonText.Cell(certificate, "pem"), JsonText.Cell(certificate, "authority"), JsonText.Cell(certificate, "privateKey"));
        }

        FolderSync.Sync(FolderOf(thing));
        File.Delete(mark);
    }

    private async Task DeleteAsync(ThingLine thing, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await daemon.SendAsync(HttpMethod.Delete, $"/api/v1/registry/things/{PathSegment.Encode(thing.Name)}", content: null, $"thing {thing.Name}", cancellationToken);
        }
        catch (DaemonException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            // It had not come so far.
        }
    }

    private static ByteArrayContent Body(string json) => DaemonClient.Body(Encoding.UTF8.GetBytes(json), "application/json");
}
