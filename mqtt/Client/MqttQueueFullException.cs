namespace Roost.Mqtt.Client;

/// <summary>The queue did not accept a message: its bytes are used up, or the disk is. Later messages may be accepted.</summary>
public sealed class MqttQueueFullException(string folder, Exception cause)
    : Exception($"The outgoing queue {folder} takes no more messages until some are sent. Raise its bytes, free disk space, or look why the server takes none. {cause.Message}", cause)
{
    public string Folder { get; } = folder;
}
