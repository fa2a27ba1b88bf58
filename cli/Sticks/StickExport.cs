using System.Globalization;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Sticks;

/// <summary>Writes one export onto a stick. It is there under its name only once all of it is synced.</summary>
internal sealed class StickExport(DaemonClient daemon, Terminal terminal)
{
    /// <summary>The cursor of each stream that says what sticks have already.</summary>
    public const string Cursor = "stick";

    private const int PageRecords = 5000;

    private readonly Progress _progress = new(terminal);

    /// <param name="range">Which records of each stream.</param>
    /// <param name="parent">The folder on the stick.</param>
    /// <returns>The folder that was made; null when there was nothing to write.</returns>
    /// <exception cref="DaemonException">The daemon or the stick refused; nothing was left behind.</exception>
    public async Task<(string? Folder, IReadOnlyList<StickFile> Files)> RunAsync(IReadOnlyList<string> streams, StickRange range, string parent, CancellationToken cancellationToken)
    {
        using var gateway = await daemon.GetJsonAsync("/api/v1/gateway", "identity of the gateway", cancellationToken);
        var id = JsonText.Cell(gateway.RootElement, "id");
        var now = TimeProvider.System.GetUtcNow();
        var name = FreeName(parent, string.Create(CultureInfo.InvariantCulture, $"roost-{id}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}"));
        var folder = Path.Combine(parent, $".{name}.part");
        try
        {
            Directory.CreateDirectory(folder);
            var ends = new List<(string Stream, long Next)>();
            var files = new List<StickFile>();
            foreach (var stream in streams)
            {
                var (written, next) = await WriteAsync(stream, range, folder, cancellationToken);
                files.AddRange(written);
                ends.Add((stream, next));
            }

            _progress.End();
            if (files.Count > 0)
            {
                await SignAsync(new StickManifest(id, JsonText.Cell(gateway.RootElement, "publicKey"), files), now, folder, cancellationToken);
                Directory.Move(folder, Path.Combine(parent, name));
                FolderSync.Sync(parent);
            }

            if (range.SinceLast)
            {
                await CommitAsync(ends, cancellationToken); // what is behind it is on the stick, whatever happens now
            }

            return (files.Count > 0 ? Path.Combine(parent, name) : null, files);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"export to {parent}: {exception.Message.TrimEnd('.')}; nothing was left behind", exception);
        }
        finally
        {
            _progress.End();
            Remove(folder);
        }
    }

    private static string FreeName(string parent, string name)
    {
        var free = name;
        for (var number = 2; Directory.Exists(Path.Combine(parent, free)) || Directory.Exists(Path.Combine(parent, $".{free}.part")); number++)
        {
            free = $"{name}-{number}";
        }

        return free;
    }

    private static void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The stick is gone, and that is what is told.
        }
    }

    private static string PathOf(string stream) => $"/api/v1/streams/{PathSegment.Encode(stream)}";

    private async Task<(IReadOnlyList<StickFile> Files, long Next)> WriteAsync(string stream, StickRange range, string folder, CancellationToken cancellationToken)
    {
        using var description = await daemon.GetJsonAsync(PathOf(stream), $"stream {stream}", cancellationToken);
        var (oldest, end) = (description.RootElement.GetProperty("firstOffset").GetInt64(), description.RootElement.GetProperty("nextOffset").GetInt64());
        var id = JsonText.Cell(description.RootElement, "id") is { Length: > 0 } known ? known : "system";
        var from = range.SinceLast ? await CursorAsync(stream, cancellationToken) : await PlaceAsync(stream, range.From ?? "oldest", end, cancellationToken);
        var until = Math.Min(end, range.Until is { } text ? await PlaceAsync(stream, text, end, cancellationToken) : end);
        if (from < oldest)
        {
            await terminal.Error.WriteLineAsync($"roost: stream {stream}: records {from} to {oldest - 1} are gone: its retention freed them before they were exported");
        }

        using var writer = new StickWriter(folder, stream, id);
        var next = Math.Max(from, oldest);
        var begin = next;
        while (next < until)
        {
            var before = next;
            await foreach (var line in LineStream.ReadAsync(daemon, $"{PathOf(stream)}/records?from={next}&max={Math.Min(PageRecords, until - next)}", $"stream {stream}", cancellationToken))
            {
                var offset = OffsetOf(line);
                if (offset >= until)
                {
                    break;
                }

                if (offset > next && await WereFreedAsync(stream, offset, cancellationToken))
                {
                    await terminal.Error.WriteLineAsync($"roost: stream {stream}: records {next} to {offset - 1} are gone: its retention freed them before they were exported");
                    writer.Close(next); // so that names and manifest tell of it
                }

                writer.Add(offset, line);
                next = offset + 1;
            }

            if (next == before)
            {
                break; // the rest is not durable yet
            }

            _progress.Show(() => $"{stream}: {next - begin} of {until - begin} records");
        }

        writer.Close(next);
        return (writer.Files, next);
    }

    /// <summary>Offsets that no record ever got, because the disk was full then, are not missing.</summary>
    private async Task<bool> WereFreedAsync(string stream, long offset, CancellationToken cancellationToken)
    {
        using var now = await daemon.GetJsonAsync(PathOf(stream), $"stream {stream}", cancellationToken);
        return now.RootElement.GetProperty("firstOffset").GetInt64() >= offset;
    }

    /// <summary>The daemon knows what time is at which offset.</summary>
    private async Task<long> PlaceAsync(string stream, string place, long end, CancellationToken cancellationToken)
    {
        await foreach (var line in LineStream.ReadAsync(daemon, $"{PathOf(stream)}/records?from={PathSegment.Encode(place)}&max=1", $"stream {stream}", cancellationToken))
        {
            return OffsetOf(line);
        }

        return end;
    }

    private async Task<long> CursorAsync(string stream, CancellationToken cancellationToken)
    {
        using var from = DaemonClient.Body("""{"from":"oldest"}"""u8.ToArray(), "application/json");
        using var cursor = await daemon.SendJsonAsync(HttpMethod.Put, $"{PathOf(stream)}/cursors/{Cursor}", from, $"cursor {Cursor} of stream {stream}", cancellationToken);
        return cursor.RootElement.GetProperty("nextOffset").GetInt64();
    }

    private async Task CommitAsync(IEnumerable<(string Stream, long Next)> ends, CancellationToken cancellationToken)
    {
        foreach (var (stream, next) in ends)
        {
            using var body = DaemonClient.Body(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, long> { ["next"] = next }), "application/json");
            using var done = await daemon.SendJsonAsync(HttpMethod.Post, $"{PathOf(stream)}/cursors/{Cursor}/commit", body, $"cursor {Cursor} of stream {stream}", cancellationToken);
        }
    }

    private async Task SignAsync(StickManifest manifest, DateTimeOffset now, string folder, CancellationToken cancellationToken)
    {
        var json = manifest.ToJson(now);
        using var body = DaemonClient.Body(json, "application/json");
        using var answer = await daemon.SendAsync(HttpMethod.Post, "/api/v1/gateway/manifest-signature", body, "signature under the manifest", cancellationToken);
        Write(Path.Combine(folder, StickManifest.FileName), json);
        Write(Path.Combine(folder, StickManifest.SignatureFileName), await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        FolderSync.Sync(folder);
    }

    private static void Write(string path, byte[] content)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static long OffsetOf(string line)
    {
        using var record = JsonDocument.Parse(line);
        return record.RootElement.GetProperty("offset").GetInt64();
    }
}
