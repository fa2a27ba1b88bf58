namespace Roost.Mqtt.Client;

/// <summary>How an <see cref="MqttOutgoingQueue"/> stands. Counters begin at zero with the process.</summary>
/// <param name="Waiting">Messages accepted and not acknowledged by the server.</param>
/// <param name="Bytes">On the disk; up to an eighth of the limit is of messages already sent.</param>
/// <param name="Accepted">Messages taken.</param>
/// <param name="Acknowledged">Messages that the server has.</param>
/// <param name="Dropped">The oldest ones, given up for want of room.</param>
/// <param name="Expired">Messages whose lifetime ended before they could be sent.</param>
/// <param name="Refused">Messages that the server would not take; see <see cref="MqttOutgoingQueue.MessageRefused"/>.</param>
public sealed record MqttOutgoingQueueStatus(long Waiting, long Bytes, long Accepted, long Acknowledged, long Dropped, long Expired, long Refused)
{
    /// <summary>Messages given up at <see cref="MqttOutgoingQueueOptions.MaxAge"/>.</summary>
    public long TooOld { get; init; }

    /// <summary>Times that a message was handed over once more: after a refusal, or a connection that was lost.</summary>
    public long Retried { get; init; }
}
