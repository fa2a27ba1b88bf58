using System.Buffers;
using System.Text;
using Roost.Mqtt;
using Roost.Streams.Records;

namespace Roost.Streams.Catalog;

/// <summary>Appends every message that the broker hands over. Hot: one copy into the log's batch, and the log's own task for the whole batch.</summary>
internal sealed class StreamSink(RecordStream stream, StreamSlot slot) : IMessageHandler
{
    private const int StackBytes = 512; // longer topics are rare, and rent

    public ValueTask Handle(in PublishedMessage message)
    {
        try
        {
            var log = slot.Appendable();
            return log.WaitDurableAsync(Append(log, in message));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The publisher's acknowledgement is withheld; the broker logs why.
            return ValueTask.FromException(exception);
        }
    }

    private long Append(Storage.Logs.AppendLog log, in PublishedMessage message)
    {
        var topic = message.Topic.Value;
        byte[]? rented = null;
        var most = Encoding.UTF8.GetMaxByteCount(topic.Length);
        var key = most <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            var length = Encoding.UTF8.GetBytes(topic, key);
            var headers = message.Properties is { } properties ? MessageHeaders.Encode(properties) : RecordHeaders.TopicOnly;
            return stream.Append(log, key[..length], headers, message.Payload);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
