using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>What waits: for the journal, and for readers within the process.</summary>
internal sealed partial class BrokerCore
{
    private const int MaxSpares = 1024;

    private readonly Queue<DurableWaiter> _waiters = new(); // tickets never fall
    private readonly Stack<PendingAcknowledgement> _sparePending = new();
    private readonly Stack<ReaderCompletion> _spareCompletions = new();
    private readonly HashSet<Connection> _heldPublishers = [];

    /// <summary>A reader is done with a message, or failed.</summary>
    public void OnReaderDone(ReaderCompletion completion, PendingAcknowledgement? pending, Exception? fault)
    {
        if (_spareCompletions.Count < MaxSpares)
        {
            _spareCompletions.Push(completion);
        }

        if (fault is not null)
        {
            WarnOfReader(fault);
        }

        if (pending is not null)
        {
            pending.Fault ??= fault;
            pending.WaitingReaders--;
            if (IsTakenByAll(pending))
            {
                RecordTaken(pending);
            }

            StepDone(pending);
        }
    }

    /// <summary>The last reader is done with a QoS 2 message that outlives the process: its PUBLISH need not come again.</summary>
    private static bool IsTakenByAll(PendingAcknowledgement pending) =>
        pending is { IsTaken: true, QualityOfService: QualityOfService.ExactlyOnce, Session: { IsDurable: true, HasEnded: false } session }
        && session.InboundIdentifiers!.TryGetValue(pending.PacketIdentifier, out var current) && ReferenceEquals(current, pending);

    private void RecordTaken(PendingAcknowledgement pending)
    {
        var ticket = _journal.TakeInbound(pending.Session!, pending.PacketIdentifier);
        if (ticket > _journal.DurableThrough)
        {
            pending.Waiting++;
            WaitFor(ticket, pending);
        }
    }

    private PendingAcknowledgement RentPending() => _sparePending.TryPop(out var spare) ? spare : new PendingAcknowledgement();

    private void Acknowledge(Connection connection, in Publication publication, PendingAcknowledgement? pending)
    {
        // A publisher that is refused may publish the message again: only where nobody would then have it twice.
        var reasonCode = publication.HasReceiver ? ReasonCode.Success : publication.Refusal;
        if (pending is null && connection.PendingAcknowledgements is not { Count: > 0 })
        {
            SendPublishAcknowledgement(connection, publication.Publisher!, publication.QualityOfService, publication.PacketIdentifier, reasonCode);
            return;
        }

        // [MQTT-4.6.0-2] One that is ready waits behind those that are not.
        pending ??= RentPending();
        pending.Connection = connection;
        pending.Session = publication.Publisher;
        pending.PacketIdentifier = publication.PacketIdentifier;
        pending.QualityOfService = publication.QualityOfService;
        pending.ReasonCode = reasonCode;
        (connection.PendingAcknowledgements ??= new()).Enqueue(pending);
        if (publication.QualityOfService == QualityOfService.ExactlyOnce)
        {
            publication.Publisher!.InboundIdentifiers![publication.PacketIdentifier] = pending;
        }
    }

    /// <summary>A QoS 2 PUBLISH that was taken before comes again.</summary>
    private static void AcknowledgeAgain(Connection connection, ushort packetIdentifier, PendingAcknowledgement? pending)
    {
        if (pending is null)
        {
            SendAcknowledgement(connection, PacketType.PubRec, packetIdentifier);
        }
        else if (pending.Connection is null) // of an earlier connection, and still not durable
        {
            pending.Connection = connection;
            (connection.PendingAcknowledgements ??= new()).Enqueue(pending);
        }
    }

    private void StepDone(PendingAcknowledgement pending)
    {
        if (--pending.Waiting > 0 || IsReleasedFirst(pending))
        {
            return;
        }

        if (pending.Publication is { } publication)
        {
            CompleteLocal(publication, pending);
        }
        else if (pending.Connection is { } connection)
        {
            SendReady(connection);
        }
        else
        {
            FinishPending(pending);
        }
    }

    /// <summary>
    /// A PUBREC that refuses frees the identifier (section 4.3.3): the next message with it must not be taken for this one after a crash,
    /// so the release is durable first. The PUBREC keeps its place among the others.
    /// </summary>
    private bool IsReleasedFirst(PendingAcknowledgement pending)
    {
        if (pending.Fault is null || pending is not { IsReleased: false, QualityOfService: QualityOfService.ExactlyOnce, Connection: not null, Session: { IsDurable: true } session })
        {
            return false;
        }

        session.InboundIdentifiers!.Remove(pending.PacketIdentifier);
        pending.IsReleased = true;
        pending.Waiting = 1;
        WaitFor(_journal.ReleaseInbound(session, pending.PacketIdentifier), pending);
        return true;
    }

    private void CompleteLocal(LocalRequest publication, PendingAcknowledgement pending)
    {
        var fault = pending.Fault;
        Spare(pending);
        if (fault is null)
        {
            publication.Succeed();
        }
        else
        {
            publication.Fail(new MqttPublishRefusedException($"The message could not be kept: {fault.Message}", fault));
        }
    }

    /// <summary>Acknowledges, in order, up to the first message that still waits.</summary>
    private void SendReady(Connection connection)
    {
        var queue = connection.PendingAcknowledgements!;
        while (queue.TryPeek(out var pending) && pending.Waiting == 0)
        {
            queue.Dequeue();
            var (fault, session, reasonCode) = (pending.Fault, pending.Session!, pending.ReasonCode);
            var (quality, packetIdentifier) = (pending.QualityOfService, pending.PacketIdentifier);
            FinishPending(pending);
            if (fault is null)
            {
                SendPublishAcknowledgement(connection, session, quality, packetIdentifier, reasonCode);
            }
            else if (connection.Version == MqttProtocolVersion.V500)
            {
                SendPublishAcknowledgement(connection, session, quality, packetIdentifier, ReasonFor(fault));
            }
            else
            {
                Close(connection, ReasonFor(fault), "a message could not be kept"); // unacknowledged: the client sends it again
                return;
            }
        }
    }

    private static void SendPublishAcknowledgement(
        Connection connection, Session session, QualityOfService quality, ushort packetIdentifier, ReasonCode reasonCode)
    {
        var isFirst = quality == QualityOfService.ExactlyOnce;
        if (isFirst && reasonCode >= ReasonCode.UnspecifiedError)
        {
            session.InboundIdentifiers?.Remove(packetIdentifier); // section 4.3.3: such a PUBREC ends the exchange; no record says that it is taken
        }

        var type = isFirst ? PacketType.PubRec : PacketType.PubAck;
        if (reasonCode == ReasonCode.Success || !TrySendWithReason(connection, type, packetIdentifier, reasonCode))
        {
            SendAcknowledgement(connection, type, packetIdentifier, reasonCode);
        }
    }

    /// <summary>Nothing waits for it any more: its QoS 2 identifier is taken for good, or free again after a failure.</summary>
    private void FinishPending(PendingAcknowledgement pending)
    {
        if (pending is { QualityOfService: QualityOfService.ExactlyOnce, Session: { } session }
            && session.InboundIdentifiers is { } taken && taken.TryGetValue(pending.PacketIdentifier, out var current) && ReferenceEquals(current, pending))
        {
            if (pending.Fault is not null)
            {
                ForgetInbound(session, pending.PacketIdentifier);
            }
            else if (pending.ReasonCode >= ReasonCode.UnspecifiedError)
            {
                taken.Remove(pending.PacketIdentifier); // refused, also where its PUBREC can tell nobody; no record says that it is taken
            }
            else
            {
                taken[pending.PacketIdentifier] = null;
            }
        }

        Spare(pending);
    }

    private void ForgetInbound(Session session, ushort packetIdentifier)
    {
        session.InboundIdentifiers!.Remove(packetIdentifier);
        if (session.IsDurable)
        {
            _journal.ReleaseInbound(session, packetIdentifier);
        }
    }

    private void Spare(PendingAcknowledgement pending)
    {
        pending.Connection = null;
        pending.Session = null;
        pending.Publication = null;
        pending.Message = null;
        pending.Fault = null;
        pending.IsReleased = false;
        pending.ReasonCode = ReasonCode.Success;
        pending.Waiting = 0;
        pending.WaitingReaders = 0;
        if (_sparePending.Count < MaxSpares)
        {
            _sparePending.Push(pending);
        }
    }

    private void OrphanPendingAcknowledgements(Connection connection)
    {
        if (connection.PendingAcknowledgements is not { Count: > 0 } queue)
        {
            return;
        }

        foreach (var pending in queue)
        {
            pending.Connection = null;
            if (pending.Waiting == 0)
            {
                FinishPending(pending); // it only waited for its turn
            }
        }

        queue.Clear();
    }

    private void WaitFor(long ticket, object what, long sequence = -1) => _waiters.Enqueue(new DurableWaiter(ticket, what, sequence));

    /// <summary>Lets go what the journal has made durable since the last turn.</summary>
    private void ReleaseDurable()
    {
        var durable = _journal.DurableThrough;
        while (_waiters.TryPeek(out var waiter))
        {
            var failure = _journal.FailureOf(waiter.Ticket);
            if (failure is null && waiter.Ticket > durable)
            {
                return;
            }

            _waiters.Dequeue();
            Release(waiter, failure);
        }
    }

    private void Release(in DurableWaiter waiter, Exception? failure)
    {
        switch (waiter.What)
        {
            case PendingAcknowledgement pending:
                if (failure is not null && pending is { Message: { } message } && (pending.Session ?? (object?)pending.Publication) is not null)
                {
                    Withdraw(message); // a will, of which nobody can be told, stays
                }

                pending.Fault ??= failure;
                StepDone(pending);
                break;
            case Session session when failure is null && waiter.Sequence >= 0:
                SendHeldRelease(session, waiter.Sequence);
                break;
            case Session session when failure is null:
                SendWaiting(session);
                break;
            case Arrival arrival:
                OnSessionSaved(arrival, failure);
                break;
            case TaskCompletionSource decided:
                decided.SetResult();
                break;
            case HeldPacket packet when failure is null:
                packet.Send();
                break;
            case HeldPacket { Connection.IsClosed: false, OnRefused: { } answer }:
                answer(ReasonFor(failure));
                break;
            case HeldPacket { Connection: { IsClosed: false } connection }:
                DisconnectClient(connection, ReasonFor(failure), "what was asked for could not be kept"); // unanswered: the client asks again
                break;
        }
    }

    /// <summary>Completes when the journal has made durable, or refused, whatever somebody waits for now.</summary>
    public Task WhenDecidedAsync()
    {
        var decided = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        WaitFor(ticket: 0, decided); // durable by itself: its turn comes after all that were there before
        return decided.Task;
    }

    /// <summary>The loop has ended: publishers within the process are told that nobody knows whether their messages were kept.</summary>
    public void RefuseWaiting()
    {
        foreach (var waiter in _waiters)
        {
            (waiter.What as PendingAcknowledgement)?.Publication?.Refuse();
            (waiter.What as TaskCompletionSource)?.SetResult();
        }
    }

    private void HoldPublisher(Connection connection)
    {
        connection.Pause(PauseReasons.Journal);
        _heldPublishers.Add(connection);
    }

    private void ResumePublishers()
    {
        if (_heldPublishers.Count > 0 && !_journal.IsBehind)
        {
            _heldPublishers.RemoveWhere(connection =>
            {
                var isReady = connection.IsClosed || (connection.PendingAcknowledgements?.Count ?? 0) < connection.Listener.Limits.ReceiveMax;
                if (isReady)
                {
                    connection.Resume(PauseReasons.Journal);
                }

                return isReady;
            });
        }
    }

    /// <param name="What">
    /// A <see cref="PendingAcknowledgement"/>, a <see cref="HeldPacket"/>, an <see cref="Arrival"/>, a <see cref="Session"/> whose queue or PUBREL waits, or a
    /// <see cref="TaskCompletionSource"/> for <see cref="WhenDecidedAsync"/>.
    /// </param>
    /// <param name="Sequence">Of the PUBREL; -1 otherwise.</param>
    private readonly record struct DurableWaiter(long Ticket, object What, long Sequence);
}
