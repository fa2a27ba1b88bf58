using Roost.Storage.Logs;

namespace Roost.Streams.Cursors;

/// <summary>Everyone who keeps a position in a stream: exports, cursors, and whom other rooms know.</summary>
internal sealed class ConsumerList(IStreamExports exports, IEnumerable<IStreamConsumers> others)
{
    private readonly IStreamConsumers[] _others = [.. others];

    /// <summary>Those that are known now.</summary>
    public IReadOnlyList<StreamConsumer> Of(RecordStream stream) => [.. Own(stream), .. _others.SelectMany(other => other.Of(stream.Name) ?? [])];

    /// <returns>Null while some are not known, or where a position cannot be read: then nothing may go for being consumed.</returns>
    public IReadOnlyList<StreamConsumer>? AllOf(RecordStream stream)
    {
        var consumers = Own(stream);
        foreach (var other in _others)
        {
            if (other.Of(stream.Name) is not { } known)
            {
                return null;
            }

            consumers.AddRange(known);
        }

        return consumers.Exists(consumer => consumer.NextOffset < 0) ? null : consumers;
    }

    private List<StreamConsumer> Own(RecordStream stream) =>
    [
        .. exports.List().Where(export => export.Stream == stream.Name)
            .Select(export => new StreamConsumer("export", export.Name, export.CommittedOffset) { Fault = export.Fault }),
        .. Cursors(stream),
    ];

    private static IEnumerable<StreamConsumer> Cursors(RecordStream stream)
    {
        try
        {
            return stream.Cursors.List().Select(cursor => new StreamConsumer("cursor", cursor.Name.Value, cursor.Cursor.Committed) { MovedAt = cursor.Cursor.MovedAt });
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return [new StreamConsumer("cursor", "(unreadable)", -1) { Fault = exception.Message }];
        }
        catch (StreamRefusedException)
        {
            return []; // closed: its description says why
        }
    }
}
