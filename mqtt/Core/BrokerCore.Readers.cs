using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>Messages to readers within the process: shadows, streams, functions, routes.</summary>
internal sealed partial class BrokerCore
{
    private long _readerFailures;
    private long _nextReaderWarningAt;

    private void HandToReaders(in Publication publication, ref PendingAcknowledgement? pending, MqttMessageProperties? messageProperties)
    {
        var properties = messageProperties ?? ReadProperties(publication);
        if (properties?.ResponseTopic is not null && publication.Publisher is { } publisher)
        {
            properties = JudgeResponseTopic(publisher, properties);
        }

        var message = new PublishedMessage(
            publication.Route.Name, publication.Payload, publication.QualityOfService, retain: false, publication.Publisher?.ClientIdentifier, properties) 
        {
            Client = publication.Publisher?.Client,
            OnBehalfOf = publication.OnBehalfOf,
            RetainAsPublished = publication.Retain,
        };
        foreach (var reader in publication.Route.Readers)
        {
            HandTo(reader, message, publication.QualityOfService != QualityOfService.AtMostOnce || publication.Publisher is null, ref pending);
        }
    }

    /// <summary>Readers answer with the daemon's rights: a client that could name any topic would write where its policy forbids it.</summary>
    private static MqttMessageProperties JudgeResponseTopic(Session publisher, MqttMessageProperties properties)
    {
        var topic = properties.ResponseTopic!.Value;
        return properties with { MayBeAnswered = !ReservedTopics.Contains(topic) && publisher.Permissions?.MayPublish(topic, retain: false) != false };
    }

    private static MqttMessageProperties? ReadProperties(in Publication publication)
    {
        if (publication.Properties.IsEmpty && publication.ExpirySeconds is null)
        {
            return null;
        }

        var properties = PublishProperties.Read(publication.Properties);
        return publication.ExpirySeconds is { } seconds
            ? (properties ?? new MqttMessageProperties()) with { MessageExpiryInterval = TimeSpan.FromSeconds(seconds) }
            : properties;
    }

    private void HandTo(LocalReader reader, in PublishedMessage message, bool isAwaited, ref PendingAcknowledgement? pending)
    {
        ValueTask handling;
        try
        {
            handling = reader.Handler.Handle(message);
        }
        catch (Exception exception) // the outer edge of another room's code: the loop goes on
        {
            handling = ValueTask.FromException(exception);
        }

        if (handling.IsCompletedSuccessfully)
        {
            handling.GetAwaiter().GetResult(); // gives a pooled source back
            return;
        }

        if (isAwaited)
        {
            pending ??= RentPending();
            pending.Waiting++;
            pending.WaitingReaders++;
        }

        var completion = _spareCompletions.TryPop(out var spare) ? spare : new ReaderCompletion(this, _mailbox);
        completion.Await(handling, isAwaited ? pending : null);
    }

    /// <summary>At most once in ten seconds: a full disk refuses every message, and the log lies on that disk.</summary>
    private void WarnOfReader(Exception fault)
    {
        _readerFailures++;
        if (_clock.Now >= _nextReaderWarningAt)
        {
            Log.ReaderFailed(_logger, _readerFailures, fault.Message);
            _readerFailures = 0;
            _nextReaderWarningAt = _clock.Now + 10_000;
        }
    }
}
