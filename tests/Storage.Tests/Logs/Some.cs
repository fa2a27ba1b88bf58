using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage.Logs;

namespace Roost.Storage.Tests.Logs;

/// <summary>Builders.</summary>
internal static class Some
{
    public static AppendLog Log(string folder, AppendLogOptions? options = null, TimeProvider? clock = null) =>
        AppendLog.Open(folder, options ?? new AppendLogOptions(), clock ?? TimeProvider.System, NullLogger.Instance);

    /// <summary>A log in which the given texts stand, as payloads, from offset 0 on; closed in order, or as a killed process leaves it.</summary>
    public static async Task FolderAsync(string folder, bool closed, params string[] texts)
    {
        await using (var log = Log(folder))
        {
            foreach (var text in texts)
            {
                await log.AppendAsync("key"u8.ToArray(), "headers"u8.ToArray(), Encoding.UTF8.GetBytes(text));
            }
        }

        if (!closed)
        {
            var path = Segments(folder)[^1];
            using var file = File.Open(path, FileMode.Open);
            file.SetLength(file.Length - 20); // the close mark
        }
    }

    public static string[] Segments(string folder) => [.. Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal)];

    /// <summary>Every record from <paramref name="from"/> on, as (offset, payload).</summary>
    public static List<(long Offset, string Text)> ReadAll(AppendLog log, long from = 0)
    {
        using var reader = log.OpenReader(from);
        var all = new List<(long, string)>();
        while (reader.TryRead(7, 900, out var records))
        {
            all.AddRange(records.Select(record => (record.Offset, Encoding.UTF8.GetString(record.Payload.Span))));
        }

        return all;
    }
}
