using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Tests.Sources.Streams;

/// <summary>Streams on the storage's own log, as the gateway has them, without the room around them.</summary>
internal sealed class LogStreams(string folder, TimeProvider clock) : IFunctionStreams, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LogStream> _streams = new();

    public LogStream Create(string name, AppendLogOptions? options = null) =>
        _streams.GetOrAdd(name, _ => new LogStream(AppendLog.Open(Path.Combine(folder, name), options ?? new AppendLogOptions { MaxRecordBytes = 16 * 1024 * 1024 }, clock, NullLogger.Instance)));

    /// <summary>Deletes the stream, and makes another of its name.</summary>
    public async Task<LogStream> ReplaceAsync(string name, string id)
    {
        _streams.TryRemove(name, out var old);
        await old!.DeleteAsync();
        return _streams[name] = new LogStream(AppendLog.Open(Path.Combine(folder, id), new AppendLogOptions(), clock, NullLogger.Instance)) { Id = id };
    }

    public bool TryOpen(string name, [NotNullWhen(true)] out IFunctionStream? stream)
    {
        stream = _streams.TryGetValue(name, out var found) ? found : null;
        return stream is not null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams.Values)
        {
            await stream.DisposeAsync();
        }
    }
}
