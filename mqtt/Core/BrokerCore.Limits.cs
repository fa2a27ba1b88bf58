using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>What is kept has bounds: for each session by number and bytes, for retained messages likewise, and in bytes for all together.</summary>
internal sealed partial class BrokerCore
{
    /// <summary>Of all messages that are kept, each counted once however many wait for it, as the limits count them.</summary>
    public long KeptBytes { get; private set; }

    /// <param name="waiting">Messages that wait in <paramref name="session"/>.</param>
    private bool HasRoom(ref Publication publication, Session session, int waiting)
    {
        var reason = FindFull(publication, session, waiting);
        if (reason is null)
        {
            session.IsOverflowing = false;
            publication.HasReceiver = true;
            return true;
        }

        publication.Refusal = ReasonCode.QuotaExceeded;
        Drop(reason.Value, session, publication.Route.Topic);
        if (!session.IsOverflowing)
        {
            session.IsOverflowing = true;
            TellOfFullQueue(publication, session, waiting);
        }

        return false;
    }

    private DropReason? FindFull(in Publication publication, Session session, int waiting)
    {
        if (waiting >= session.Limits.MaxQueued)
        {
            return DropReason.QueueFullMessages;
        }

        return session.Outbound.Bytes + SizeOf(publication) > session.Limits.MaxQueuedSizeBytes || !FitsInTotal(publication, session.IsStranger) ? DropReason.QueueFullBytes : null;
    }

    /// <summary>A message that takes the place of one at least as large always has room.</summary>
    /// <param name="isStranger">Who publishes it.</param>
    private bool CanBeRetained(in Publication publication, bool isStranger)
    {
        var before = _retained.Find(publication.Route.Topic);
        var added = SizeOf(publication) - (before?.Bytes ?? 0);
        return (before is not null || _retained.Count < Limits.MaxRetained)
            && (added <= 0 || (_retained.Bytes + added <= Limits.MaxRetainedSizeBytes && FitsInTotal(publication, isStranger)))
            && HasRoomForStrangers(publication, isStranger, before);
    }

    /// <summary>One that takes the place of another stranger's, at least as large, always has room.</summary>
    private bool HasRoomForStrangers(in Publication publication, bool isStranger, StoredMessage? before)
    {
        var theirs = before is { Retention.IsStrangers: true } ? before : null;
        var added = SizeOf(publication) - (theirs?.Bytes ?? 0);
        return (theirs is not null || !IsHalfTaken(isStranger, _retained.CountOfStrangers + 1, Limits.MaxRetained))
            && (added <= 0 || !IsHalfTaken(isStranger, _retained.BytesOfStrangers + added, Limits.MaxRetainedSizeBytes));
    }

    /// <param name="isStranger">Who would hold it.</param>
    private bool FitsInTotal(in Publication publication, bool isStranger) =>
        (publication.Stored is not null || KeptBytes + SizeOf(publication) <= Limits.MaxQueuedTotalBytes)
        && (publication.Stored is { StrangerHolders: > 0 } || !IsHalfTaken(isStranger, StrangerBytes + SizeOf(publication), Limits.MaxQueuedTotalBytes));

    private static int SizeOf(in Publication publication) =>
        StoredMessage.SizeOf(publication.Route.Topic.Length + publication.Payload.Length + publication.Properties.Length);

    private void Hold(StoredMessage message, bool isStranger)
    {
        KeptBytes += message.Holders++ == 0 ? message.Bytes : 0;
        StrangerBytes += isStranger ? TakeByStranger(message) : 0;
    }

    private void LetGo(StoredMessage message, bool isStranger)
    {
        KeptBytes -= --message.Holders == 0 ? message.Bytes : 0;
        StrangerBytes -= isStranger ? LeaveByStranger(message) : 0;
    }
}
