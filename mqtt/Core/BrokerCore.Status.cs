using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;
using Roost.Mqtt.Status;

namespace Roost.Mqtt.Core;

/// <summary>
/// <c>$SYS</c>: values for whoever asks, and nothing while nobody does. They are at QoS 0 and in no journal, and a new subscriber gets
/// those of the last interval at once, as if they were retained.
/// </summary>
internal sealed partial class BrokerCore
{
    private readonly List<StatusTopic> _changedStatus = []; // scratch
    private StatusTopics? _status;
    private StatusTimer? _statusTimer;

    /// <summary>Between two values of a topic; zero: there are none.</summary>
    public TimeSpan StatusInterval { get; init; }

    private long StatusMilliseconds => (long)StatusInterval.TotalMilliseconds;

    public void OnStatusDue(StatusTimer timer, long now)
    {
        if (!_router.HasBelow("$SYS"u8))
        {
            return; // the next subscriber starts it again
        }

        Timers.Set(timer, now + StatusMilliseconds);
        RefreshStatus();
        foreach (var topic in _changedStatus)
        {
            var route = _router.Find(topic.Topic);
            if (route.HasReceivers)
            {
                var publication = new Publication { Route = route, Payload = topic.Payload };
                PendingAcknowledgement? none = null;
                Route(ref publication, ref none, messageProperties: null);
            }
        }
    }

    private void SampleLoads()
    {
        if (StatusInterval > TimeSpan.Zero)
        {
            (_status ??= new StatusTopics(this)).Sample(StatusMilliseconds);
        }
    }

    /// <summary>With the first subscription to <c>$SYS</c> the values are read, and then in each interval.</summary>
    private void NoteStatusSubscription(Subscription subscription)
    {
        if (IsForStatus(subscription) && _statusTimer is not { IsRunning: true })
        {
            RefreshStatus();
            Timers.Set(_statusTimer ??= new StatusTimer(this), _clock.Now + StatusMilliseconds);
        }
    }

    // Wildcards in the first level do not match what begins with $.
    private bool IsForStatus(Subscription subscription) =>
        StatusInterval > TimeSpan.Zero && subscription.Filter.AsSpan().StartsWith("$SYS"u8) && (subscription.Filter.Length == 4 || subscription.Filter[4] == (byte)'/');

    private void RefreshStatus()
    {
        _changedStatus.Clear();
        (_status ??= new StatusTopics(this)).Refresh(_changedStatus);
    }

    /// <summary>Adds what a new subscription is to get at once.</summary>
    private void MatchStatus(Subscription subscription, List<StoredMessage> matches)
    {
        if (IsForStatus(subscription))
        {
            matches.AddRange(_status!.All.Where(topic => subscription.TopicFilter.Matches(topic.Name))
                .Select(static topic => new StoredMessage(topic.Topic, properties: [], topic.Payload) { QualityOfService = QualityOfService.AtMostOnce }));
        }
    }
}
