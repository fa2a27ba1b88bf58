using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Sessions;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>All that must outlive the process, as text: of a broker that runs, and of the folder that a kill would leave.</summary>
internal static class BrokerState
{
    public static string Of(BrokerCore core) => Of([.. core.Sessions, .. core.ShareGroups.Select(static group => group.Backlog)], core.Retained);

    /// <summary>What a broker would find that was started on a copy of <paramref name="folder"/>, torn tail and all.</summary>
    public static async Task<string> AfterKillAsync(string folder, TimeProvider? time = null)
    {
        while (true)
        {
            using var copy = new TemporaryFolder();
            try
            {
                foreach (var file in Directory.GetFiles(folder).Where(static file => !file.EndsWith("lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
                {
                    File.Copy(file, copy[Path.GetFileName(file)]);
                }
            }
            catch (FileNotFoundException)
            {
                continue; // trimmed meanwhile, and then so may be others that were copied
            }

            return await RestoredAsync(copy.Path, time);
        }
    }

    public static async Task<string> RestoredAsync(string folder, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var clock = new LoopClock(time);
        clock.Update();
        var journal = new LogJournal(new MqttOptions { Folder = folder }, time, clock, static () => { }, null, NullLogger.Instance);
        await using (journal)
        {
            var core = new BrokerCore(
                new MqttLimitsOptions(), journal, clock, new TimerHeap(), new Mailbox(static () => { }), new BrokerCounters(), NullLogger.Instance);
            core.Restore();
            return Of(core);
        }
    }

    private static string Of(IEnumerable<Session> sessions, RetainedMessages retained)
    {
        var text = new StringBuilder();
        foreach (var session in sessions.Where(static session => session.IsDurable || session.Will is not null).OrderBy(static session => session.JournalNumber))
        {
            text.Append(session.JournalNumber).Append(' ').Append(session.ClientIdentifier.TrimStart('\0')).Append(" expires ").Append(session.ExpirySeconds)
                .Append(session is { Identity: { } identity } ? $" of {identity}" : session.IsOwnerKnown ? "" : " of whom nobody knows");
            if (session.Will is { } will)
            {
                text.Append(" will ").Append(will.Message.Topic).Append(' ').Append(will.Message.Payload.Length).Append(" after ").Append(will.DelaySeconds);
            }

            text.AppendLine();
            if (!session.IsDurable)
            {
                continue; // only its will outlives the connection
            }

            text.Append("  taken ").AppendJoin(',', session.InboundIdentifiers?.Keys.Order() ?? Enumerable.Empty<ushort>()).AppendLine();

            foreach (var subscription in session.Subscriptions.Values.OrderBy(static subscription => subscription.Name, StringComparer.Ordinal))
            {
                text.Append("  ").Append(subscription.Name).Append(' ').Append(subscription.MaximumQualityOfService).AppendLine();
            }

            for (var sequence = session.Outbound.Head; sequence < session.Outbound.Tail; sequence++)
            {
                ref var entry = ref session.Outbound[sequence];
                if (entry.Has(OutboundQueue.EntryFlags.IsTarget)) // a retained message at QoS 0 waits too, and is lost as QoS 0 may be
                {
                    text.Append("  #").Append(sequence).Append(' ').Append(entry.QualityOfService)
                        .Append(entry.Has(OutboundQueue.EntryFlags.Released) ? " released " : " ").AppendLine(Describe(entry.Message!));
                }
            }
        }

        var messages = new List<StoredMessage>();
        retained.Match("#"u8, messages);
        foreach (var message in messages.Select(static message => Describe(message) + (message.Retention!.IsStrangers ? " by a stranger" : "")).Order(StringComparer.Ordinal))
        {
            text.Append("retained ").AppendLine(message);
        }

        return text.ToString();
    }

    private static string Describe(StoredMessage message) =>
        $"{Encoding.UTF8.GetString(message.Topic)} {message.Payload.Length} {Convert.ToHexString(message.Payload[..Math.Min(8, message.Payload.Length)])}";
}
