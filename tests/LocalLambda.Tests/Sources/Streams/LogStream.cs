using System.Text;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Tests.Sources.Streams;

internal sealed class LogStream(AppendLog log) : IFunctionStream, IAsyncDisposable
{
    private readonly TaskCompletionSource _deleted = new();

    public string Id { get; init; } = "";

    public Task Deleted => _deleted.Task;

    public long OldestOffset => log.FirstOffset;

    public long NextOffset => log.NextOffset;

    public long FindOffset(DateTimeOffset time) => throw new NotSupportedException("The room of streams tests it.");

    public IFunctionStreamReader OpenReader(long fromOffset) => new Reader(log.OpenReader(fromOffset));

    public async ValueTask AppendAsync(string key, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        await log.AppendAsync(Encoding.UTF8.GetBytes(key), ReadOnlyMemory<byte>.Empty, payload, cancellationToken);

    public async Task AppendAsync(string key, params string[] payloads)
    {
        foreach (var payload in payloads)
        {
            await AppendAsync(key, Encoding.UTF8.GetBytes(payload), default);
        }
    }

    /// <summary>All payloads, as text.</summary>
    public IReadOnlyList<string> ReadAll()
    {
        using var reader = log.OpenReader(0);
        return reader.TryRead(10_000, int.MaxValue, out var records) ? [.. records.Select(record => Encoding.UTF8.GetString(record.Payload.Span))] : [];
    }

    public async Task DeleteAsync()
    {
        await log.DisposeAsync();
        _deleted.SetResult();
    }

    public ValueTask DisposeAsync() => log.DisposeAsync();

    private sealed class Reader(LogReader reader) : IFunctionStreamReader
    {
        public async ValueTask<IReadOnlyList<FunctionStreamRecord>> ReadAsync(int maxRecords, int maxBytes, CancellationToken cancellationToken) =>
            Convert(await reader.ReadAsync(maxRecords, maxBytes, cancellationToken));

        public IReadOnlyList<FunctionStreamRecord> TryRead(int maxRecords, int maxBytes) => reader.TryRead(maxRecords, maxBytes, out var records) ? Convert(records) : [];

        public void Dispose() => reader.Dispose();

        private static FunctionStreamRecord[] Convert(IReadOnlyList<LogRecord> records) =>
            [.. records.Select(record => new FunctionStreamRecord(record.Offset, record.Timestamp, Encoding.UTF8.GetString(record.Key.Span), record.Payload))];
    }
}
