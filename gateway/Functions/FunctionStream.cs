using Roost.LocalLambda;
using Roost.Streams;

namespace Roost.Gateway.Functions;

internal sealed class FunctionStream(RecordStream stream) : IFunctionStream
{
    public string Id => stream.Id ?? "";

    public Task Deleted => stream.Deleted;

    public long OldestOffset => stream.FirstOffset;

    public long NextOffset => stream.NextOffset;

    public long FindOffset(DateTimeOffset time) => stream.FindOffset(time);

    public IFunctionStreamReader OpenReader(long fromOffset) => new Reader(stream.OpenReader(fromOffset));

    public async ValueTask AppendAsync(string key, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        await stream.AppendAsync(new NewRecord { Key = key, Payload = payload }, cancellationToken);

    private sealed class Reader(RecordReader reader) : IFunctionStreamReader
    {
        public async ValueTask<IReadOnlyList<FunctionStreamRecord>> ReadAsync(int maxRecords, int maxBytes, CancellationToken cancellationToken) =>
            Convert(await reader.ReadAsync(maxRecords, maxBytes, cancellationToken));

        public IReadOnlyList<FunctionStreamRecord> TryRead(int maxRecords, int maxBytes) => reader.TryRead(maxRecords, maxBytes, out var records) ? Convert(records) : [];

        public void Dispose() => reader.Dispose();

        private static FunctionStreamRecord[] Convert(IReadOnlyList<StreamRecord> records) =>
            [.. records.Select(record => new FunctionStreamRecord(record.Offset, record.Timestamp, record.Key, record.Payload))];
    }
}
