using System.Text;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>Retained messages as an operator sees them.</summary>
internal sealed partial class BrokerCore
{
    /// <param name="filter">Null: all, also those whose topics begin with $.</param>
    /// <summary>Those whose topics match, in no order. What is in them does not change: sorting and reading is done elsewhere.</summary>
    public (List<StoredMessage> Matches, long Now) MatchRetained(TopicFilter? filter)
    {
        var matches = new List<StoredMessage>();
        if (filter is { } some)
        {
            _retained.Match(Encoding.UTF8.GetBytes(some.Value), matches);
        }
        else
        {
            _retained.AddAllTo(matches);
        }

        return (matches, _clock.Now);
    }

    /// <summary>Takes them away, as their expiry would: subscribers are told nothing.</summary>
    public void RemoveRetained(RetainedRemoval removal)
    {
        long ticket = 0;
        foreach (var message in MatchRetained(removal.Filter).Matches.Take(RetainedRemoval.MaxTopics))
        {
            _retained.Remove(message.Topic);
            ticket = Math.Max(ticket, _journal.RemoveRetained(message.Topic));
            NoLongerRetained(message);
            removal.Removed++;
        }

        if (ticket <= _journal.DurableThrough)
        {
            removal.Succeed();
            return;
        }

        var pending = RentPending();
        pending.Publication = removal;
        pending.Waiting = 1;
        WaitFor(ticket, pending);
    }

    public static RetainedMessage Describe(StoredMessage stored, long now)
    {
        var properties = PublishProperties.Read(stored.Properties);
        var message = new MqttMessage
        {
            Topic = TopicName.Parse(Encoding.UTF8.GetString(stored.Topic)),
            Payload = stored.Payload.ToArray(),
            QualityOfService = stored.QualityOfService,
            Retain = true,
            Properties = stored.SecondsLeft(now) is { } seconds
                ? (properties ?? new MqttMessageProperties()) with { MessageExpiryInterval = TimeSpan.FromSeconds(seconds) }
                : properties,
        };
        return new RetainedMessage(message, stored.Retention!.Since);
    }
}
