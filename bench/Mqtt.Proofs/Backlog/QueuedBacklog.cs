using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;
using Roost.Storage;

namespace Roost.Mqtt.Proofs.Backlog;

/// <summary>QoS 1 messages of 100 bytes that wait for sessions whose clients are away, on a journal in <paramref name="folder"/>.</summary>
internal sealed class QueuedBacklog(string folder, int messages, int sessions)
{
    private const int MessagesPerTurn = 100;

    /// <returns>Bytes of heap, and of resident memory, that each message takes while the process that took it runs.</returns>
    public double[] Fill()
    {
        MakeSessions();
        var (core, journal, clock) = Start();
        core.Restore();
        Publish(core, clock, 0, 1000 * sessions); // whatever is made once is made now
        var (heap, resident) = (Heap(), Resident());
        Publish(core, clock, 1000 * sessions, messages);
        double count = messages - (1000 * sessions);
        double[] figures = [(Heap() - heap) / count, (Resident() - resident) / count];
        Stop(journal);
        GC.KeepAlive(core);
        return figures;
    }

    /// <returns>Milliseconds on the clock, and of processor time; bytes of heap, of resident memory, and allocated on the way, for each message; milliseconds of collecting garbage.</returns>
    public double[] Open()
    {
        var (core, journal, _) = Start();
        var (heap, resident, allocated) = (Heap(), Resident(), GC.GetTotalAllocatedBytes());
        using var process = Process.GetCurrentProcess();
        var (began, processor) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        core.Restore();
        var took = Stopwatch.GetElapsedTime(began);
        process.Refresh();
        var used = process.TotalProcessorTime - processor;
        var collecting = GC.GetTotalPauseDuration();
        var all = GC.GetTotalAllocatedBytes() - allocated;
        var residentAfter = Resident(); // as it is when the broker begins to serve, before the collector has been asked for anything
        var queued = core.DescribeBroker().QueuedMessages;
        if (queued != messages)
        {
            throw new InvalidOperationException($"{queued} of {messages} messages were there.");
        }

        double[] figures =
        [
            took.TotalMilliseconds, used.TotalMilliseconds,
            (Heap() - heap) / (double)messages, (residentAfter - resident) / (double)messages, all / (double)messages, collecting.TotalMilliseconds,
        ];
        Stop(journal);
        GC.KeepAlive(core);
        return figures;
    }

    private static void Stop(LogJournal journal) => journal.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static long Heap() => GC.GetTotalMemory(forceFullCollection: true);

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private void MakeSessions()
    {
        var (_, journal, _) = Start();
        journal.Restore(new NothingRestored());
        for (var number = 0; number < sessions; number++)
        {
            var session = new Session { ClientIdentifier = $"robot-{number}", Version = MqttProtocolVersion.V500, ExpirySeconds = 86_400, LeftAt = 0 };
            journal.Save(session);
            journal.Save(new Subscription(TopicFilter.Parse($"fleet/robot-{number}/commands"), shareName: null)
            {
                Session = session,
                MaximumQualityOfService = QualityOfService.AtLeastOnce,
            });
        }

        Stop(journal);
    }

    private void Publish(BrokerCore core, LoopClock clock, int from, int to)
    {
        var topics = Enumerable.Range(0, sessions).Select(static number => TopicName.Parse($"fleet/robot-{number}/commands")).ToArray();
        var waiting = new Queue<Task>();
        for (var number = from; number < to; number++)
        {
            var publication = new LocalPublication(core)
            {
                Message = new MqttMessage { Topic = topics[number % sessions], Payload = new byte[100], QualityOfService = QualityOfService.AtLeastOnce },
            };
            waiting.Enqueue(publication.Completion.AsTask());
            core.Publish(publication);
            for (var turn = number % MessagesPerTurn == 0; turn || (number == to - 1 && waiting.Count > 0); turn = waiting.Count > 10_000)
            {
                clock.Update();
                core.EndTurn();
                while (waiting.TryPeek(out var oldest) && oldest.IsCompleted)
                {
                    waiting.Dequeue().GetAwaiter().GetResult();
                }
            }
        }
    }

    private (BrokerCore Core, LogJournal Journal, LoopClock Clock) Start()
    {
        var clock = new LoopClock(TimeProvider.System);
        clock.Update();
        var limits = new MqttLimitsOptions { MaxQueued = int.MaxValue, MaxQueuedSizeBytes = int.MaxValue, MaxQueuedTotalBytes = int.MaxValue };
        var options = new MqttOptions { Folder = folder, Durability = Durability.Crash, Limits = limits };
        var journal = new LogJournal(options, TimeProvider.System, clock, static () => { }, metrics: null, NullLogger.Instance);
        var core = new BrokerCore(limits, journal, clock, new TimerHeap(), new Mailbox(static () => { }), new BrokerCounters(), NullLogger.Instance);
        return (core, journal, clock);
    }

    private sealed class NothingRestored : IRestoredState
    {
        public void RestoreSession(Session session, TimeSpan? sinceDisconnect)
        {
        }

        public void RestoreSubscription(Subscription subscription)
        {
        }

        public void RestoreRetained(StoredMessage message)
        {
        }
    }
}
