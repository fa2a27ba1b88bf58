using Roost.Mqtt.Retained;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>The last message of each topic (section 3.3.1.3): taken, replaced, expired.</summary>
internal sealed partial class BrokerCore
{
    private void Retain(ref Publication publication)
    {
        var isStranger = publication.Publisher is { IsStranger: true };
        StoredMessage? before;
        if (publication.Payload.IsEmpty)
        {
            // [MQTT-3.3.1-6] (5), [MQTT-3.3.1-10] (3.1.1) an empty payload clears
            before = _retained.Remove(publication.Route.Topic);
            if (before is not null)
            {
                publication.Ticket = _journal.RemoveRetained(publication.Route.Topic);
            }
        }
        else if (!CanBeRetained(publication, isStranger))
        {
            publication.Refusal = ReasonCode.QuotaExceeded;
            Drop(DropReason.NoRetainedRoom, publication.Publisher, publication.Route.Topic);
            TellOfNoRetainedRoom(publication);
            return;
        }
        else
        {
            var stored = Store(ref publication);
            stored.Retention = new Retention(_clock.UtcNow, isStranger);
            Hold(stored, isStranger);
            before = _retained.Set(stored);
            ArmExpiry(stored);
        }

        publication.HasReceiver = true;
        if (before is not null)
        {
            NoLongerRetained(before);
        }
    }

    /// <summary>A retained message has expired while it was its topic's last one.</summary>
    public void OnRetainedExpired(StoredMessage message)
    {
        _retained.Remove(message.Topic);
        _journal.RemoveRetained(message.Topic);
        NoLongerRetained(message);
    }

    private void NoLongerRetained(StoredMessage message)
    {
        var retention = message.Retention!;
        retention.HasEnded = true;
        if (retention.Expiry is { } expiry)
        {
            Timers.Cancel(expiry);
            retention.Expiry = null;
        }

        LetGo(message, retention.IsStrangers);
        if (message.Waiting == 0)
        {
            _journal.Forget(message);
        }
    }

    private void ArmExpiry(StoredMessage message)
    {
        if (message.ExpiresAt != long.MaxValue)
        {
            Timers.Set(message.Retention!.Expiry = new RetainedExpiry(this, message), message.ExpiresAt);
        }
    }
}
