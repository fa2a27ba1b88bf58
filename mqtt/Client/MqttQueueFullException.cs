namespace Roost.Mqtt.Client;

/// <summary>The queue did not accept a message: its bytes or messages are used up, or the disk is. Later messages may be accepted.</summary>
public sealed class MqttQueueFullException(string folder, string reason, Exception? cause = null)
    : Exception($"The outgoing queue {folder} takes no more messages until some are sent. Raise its limits, free disk space, or look why the server takes none. {reason}", cause)
{
    public string Folder { get; } = folder;
}
