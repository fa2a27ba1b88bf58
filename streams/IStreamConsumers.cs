namespace Roost.Streams;

/// <summary>Consumers of streams that another room keeps: functions. Registered by <c>gateway</c>; any thread may call.</summary>
public interface IStreamConsumers
{
    /// <returns>Null while they are not known: at the start, before that room has started.</returns>
    IReadOnlyList<StreamConsumer>? Of(StreamName stream);
}
