using System.Globalization;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Sticks;

/// <summary>Takes what is on sticks into streams of this gateway: each record once, in order, and only what is whole.</summary>
internal sealed class StickImport(DaemonClient daemon, Terminal terminal)
{
    private const int ShownFaults = 20;

    private readonly Progress _progress = new(terminal);

    /// <summary>Reads every manifest and every file.</summary>
    /// <exception cref="DaemonException">Something is missing, changed or not to be trusted; the message has each of them.</exception>
    public IReadOnlyList<Stick> Check(string folder, StickKeys keys, bool trust, CancellationToken cancellationToken)
    {
        var (sticks, faults) = (new List<Stick>(), new List<string>());
        foreach (var path in Sound(faults, () => Stick.FoldersIn(folder)) ?? [])
        {
            if (Sound(faults, () => Stick.Open(path, keys, trust)) is { } stick)
            {
                sticks.Add(stick);
                foreach (var file in stick.Manifest.Files)
                {
                    _progress.Show(() => $"checking {file.Name}");
                    Sound(faults, () =>
                    {
                        stick.Check(file, cancellationToken);
                        return file;
                    });
                }
            }
        }

        _progress.End();
        return faults.Count switch
        {
            0 => sticks,
            1 => throw new DaemonException($"{faults[0]}. Nothing was imported"),
            _ => throw new DaemonException($"{faults.Count} faults on {folder}; nothing was imported\n  {string.Join("\n  ", faults.Take(ShownFaults))}"),
        };
    }

    /// <param name="into">The stream that takes the records; null: the one with the same name.</param>
    /// <returns>What became of each stream.</returns>
    /// <exception cref="DaemonException">The daemon refused, or the stick changed meanwhile. What was imported so far stays, and comes no second time.</exception>
    public async Task<IReadOnlyList<StickResult>> RunAsync(IReadOnlyList<Stick> sticks, string? into, bool allowGaps, CancellationToken cancellationToken)
    {
        var results = new List<StickResult>();
        var origins = sticks.SelectMany(stick => stick.Manifest.Files.Select(file => (Stick: stick, File: file))).GroupBy(pair => (pair.Stick.Manifest.Gateway, pair.File.Stream, pair.File.Id));
        foreach (var origin in origins.OrderBy(origin => origin.Key))
        {
            var (gateway, stream, id) = origin.Key;
            var path = $"/api/v1/streams/{PathSegment.Encode(into ?? stream)}/import?gateway={gateway}&stream={PathSegment.Encode(stream)}&id={id}";
            var what = $"import into {into ?? stream}";
            using var before = await daemon.GetJsonAsync(path, what, cancellationToken);
            var next = long.TryParse(JsonText.Cell(before.RootElement, "next"), CultureInfo.InvariantCulture, out var known) ? known : -1;
            var (imported, records) = (0L, 0L);
            foreach (var (stick, file) in origin.OrderBy(pair => pair.File.First).ThenBy(pair => pair.File.Next))
            {
                records += file.Records;
                if (file.Next > next)
                {
                    imported += await SendAsync(stick, file, $"{path}{(allowGaps ? "&gaps=allow" : "")}", what, cancellationToken);
                    next = file.Next;
                }
            }

            results.Add(new StickResult(gateway, stream, into ?? stream, origin.Count(), records, imported, origin.Min(pair => pair.File.First), origin.Max(pair => pair.File.Next)));
        }

        _progress.End();
        return results;
    }

    private async Task<long> SendAsync(Stick stick, StickFile file, string path, string what, CancellationToken cancellationToken)
    {
        var (first, imported) = (file.First, 0L);
        try
        {
            foreach (var lines in StickLines.Read(stick, file))
            {
                if (lines.Next > first)
                {
                    using var body = new ReadOnlyMemoryContent(lines.Content);
                    using var answer = await daemon.SendJsonAsync(HttpMethod.Post, $"{path}&first={first}&next={lines.Next}", body, what, cancellationToken);
                    imported += answer.RootElement.GetProperty("imported").GetInt64();
                    first = lines.Next;
                }

                _progress.Show(() => $"{file.Stream}: {first - file.First} of {file.Next - file.First} records of {file.Name}");
            }
        }
        catch (Exception exception) when (exception is StickException or IOException)
        {
            throw new DaemonException($"{exception.Message.TrimEnd('.')}. What was imported before stays; import again once the stick is in order", exception);
        }

        return imported;
    }

    private static T? Sound<T>(List<string> faults, Func<T> look)
        where T : class
    {
        try
        {
            return look();
        }
        catch (Exception exception) when (exception is StickException or IOException or UnauthorizedAccessException)
        {
            faults.Add(Table.OneLine(exception.Message.TrimEnd('.')));
            return null;
        }
    }
}
