using System.Diagnostics.CodeAnalysis;
using Roost.Mqtt;

namespace Roost.Streams;

/// <summary>All streams of this gateway. Any thread may call.</summary>
public interface IStreamCatalog
{
    /// <summary>By name; streams of former configurations and the system's own included.</summary>
    IReadOnlyList<StreamDescription> List();

    bool TryGet(StreamName name, [NotNullWhen(true)] out RecordStream? stream);

    /// <exception cref="UnknownStreamException">No stream has this name; the message lists those that there are.</exception>
    RecordStream Get(StreamName name);

    /// <summary>A handler for <see cref="IMqttBroker.SubscribeAsync"/> that appends every message, with its topic as key.</summary>
    /// <remarks>It never blocks and allocates nothing for a message without properties; what it returns completes when the record is as durable as the stream is configured to be.</remarks>
    /// <exception cref="UnknownStreamException">No stream has this name.</exception>
    IMessageHandler OpenSink(StreamName name);
}
