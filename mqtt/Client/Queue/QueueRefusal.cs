namespace Roost.Mqtt.Client.Queue;

/// <summary>What helps against a refused message.</summary>
internal enum QueueRefusal
{
    /// <summary>The server, or the client, is short of something: the message is sent again until it is taken, however long that is.</summary>
    Wait,

    /// <summary>Unclear, or an operator's to correct: it is sent again a few times.</summary>
    Retry,

    /// <summary>The same message will never be taken.</summary>
    Final,
}
