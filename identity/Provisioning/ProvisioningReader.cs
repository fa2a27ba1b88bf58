using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;

namespace Roost.Identity.Provisioning;

/// <summary>
/// Takes requests off the broker, hands them to a few workers and answers whoever asked, alone: private keys are in the answers. What cannot be taken is refused
/// at once; the broker never waits.
/// </summary>
internal sealed class ProvisioningReader : IMessageHandler, IIdentityPart, IAsyncDisposable
{
    private const int MostWaiting = 256;
    private const int Workers = 4; // more than one, as a hook may take five seconds

    private static readonly TimeSpan s_cleanEvery = TimeSpan.FromMinutes(5);

    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait, SingleWriter = true });
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly CancellationTokenSource _ends = new();
    private readonly IMqttBroker _broker;
    private readonly Provisioner _provisioner;
    private readonly ProvisioningThrottle _throttle;
    private readonly IAuditTrail _audit;
    private readonly IAuditStorage? _storage;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private Task _running = Task.CompletedTask;

    public ProvisioningReader(IMqttBroker broker, Provisioner provisioner, IAuditTrail audit, TimeProvider clock, ILogger<ProvisioningReader> logger, IAuditStorage? storage = null)
    {
        (_broker, _provisioner, _audit, _clock, _logger, _storage) = (broker, provisioner, audit, clock, logger, storage);
        _throttle = new ProvisioningThrottle(clock);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var filter in ProvisioningTopic.Requests)
        {
            _subscriptions.Add(await _broker.SubscribeAsync(filter, this, cancellationToken));
        }

        _running = Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync, CancellationToken.None)).Append(CleanAsync()));
    }

    public ValueTask Handle(in PublishedMessage message)
    {
        // Retained: answered when it was published. Without a client: the daemon itself, or a will of one that is gone.
        if (message.Retain || message.Client is not { } client || ProvisioningTopic.TryParse(message.Topic) is not { } topic)
        {
            return ValueTask.CompletedTask;
        }

        var refusal = client.Tag is not Principal principal ? new ProvisioningRefusedException(ProvisioningFault.AccessDenied, "Access denied.", "no credential was shown; a claim certificate is needed")
            : !_throttle.TryEnter(client) ? new ProvisioningRefusedException(ProvisioningFault.Throttled, "Too many requests; try again later.")
            : message.Payload.Length > ProvisioningPayload.MaxBytes ? new ProvisioningRefusedException(ProvisioningFault.InvalidPayload, $"The payload has more than {ProvisioningPayload.MaxBytes} bytes.")
            : _work.Writer.TryWrite(new Work(topic, client, new ProvisioningCaller(principal, client.ClientIdentifier, client.RemoteEndPoint), message.Payload.ToArray())) ? null
            : new ProvisioningRefusedException(ProvisioningFault.Throttled, "Too many requests; try again later.");
        if (refusal is not null)
        {
            Refuse(topic, client, refusal);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_ends.IsCancellationRequested)
        {
            return;
        }

        _work.Writer.TryComplete();
        await _ends.CancelAsync();
        await _running;
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }

        _ends.Dispose();
    }

    private async Task WorkAsync()
    {
        while (await _work.Reader.WaitToReadAsync())
        {
            while (!_ends.IsCancellationRequested && _work.Reader.TryRead(out var work))
            {
                try
                {
                    await (_storage?.EnsureWritableAsync(_ends.Token) ?? Task.CompletedTask); // what cannot be audited is not done
                    var answer = await AnswerAsync(work);
                    Publish(work.Topic.Answer("accepted"), work.Client, ProvisioningPayload.Write(answer, work.Topic.IsCbor));
                }
                catch (ProvisioningRefusedException exception)
                {
                    _throttle.GiveBack();
                    Refuse(work.Topic, work.Client, exception);
                }
                catch (OperationCanceledException) when (_ends.IsCancellationRequested)
                {
                    return; // the daemon stops; the device asks again
                }
                catch (Exception exception) // outer edge: the next request is another's
                {
                    _logger.ProvisioningFailed(work.Topic.Name.Value, exception);
                    Refuse(work.Topic, work.Client, new ProvisioningRefusedException(ProvisioningFault.InternalError, "The gateway could not do it; nothing was made. Try again."));
                }
            }

            if (_ends.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, object?>> AnswerAsync(Work work)
    {
        var request = ProvisioningPayload.Read(work.Payload, work.Topic.IsCbor);
        if (work.Topic.Operation == ProvisioningOperation.Register)
        {
            var token = request.GetValueOrDefault("certificateOwnershipToken") as string;
            var result = await _provisioner.RegisterAsync(
                work.Caller, work.Topic.Template!,
                string.IsNullOrEmpty(token) ? throw new ProvisioningRefusedException(ProvisioningFault.InvalidCertificateOwnershipToken, "Certificate ownership token cannot be empty.") : token,
                request.GetValueOrDefault("parameters") as IReadOnlyDictionary<string, string> ?? new Dictionary<string, string>(), _ends.Token);
            var answer = new Dictionary<string, object?> { ["deviceConfiguration"] = result.DeviceConfiguration };
            if (result.ThingName is not null)
            {
                answer["thingName"] = result.ThingName;
            }

            return answer;
        }

        var signingRequest = work.Topic.Operation == ProvisioningOperation.CreateFromSigningRequest
            ? request.GetValueOrDefault("certificateSigningRequest") as string ?? throw new ProvisioningRefusedException(ProvisioningFault.InvalidCsr, "certificateSigningRequest is missing.")
            : null;
        var (issued, ownership) = await _provisioner.IssueAsync(work.Caller, signingRequest, _ends.Token);
        var certificate = new Dictionary<string, object?>
        {
            ["certificateId"] = issued.Description.Fingerprint,
            ["certificatePem"] = issued.Certificate,
            ["certificateOwnershipToken"] = ownership,
        };
        if (issued.PrivateKey is not null)
        {
            certificate["privateKey"] = issued.PrivateKey;
        }

        return certificate;
    }

    private void Refuse(ProvisioningTopic topic, ConnectedClient client, ProvisioningRefusedException refusal)
    {
        _audit.Note(new AuditEntry("deny.provision")
        {
            Principal = client.Credential, ClientId = client.ClientIdentifier, Source = client.RemoteEndPoint, Resource = $"topic/{topic.Name.Value}", Reason = $"{refusal.Fault}: {refusal.Reason}",
        });
        Publish(topic.Answer("rejected"), client, ProvisioningPayload.Write(
            new Dictionary<string, object?> { ["statusCode"] = refusal.StatusCode, ["errorCode"] = refusal.Fault.ToString(), ["errorMessage"] = refusal.Message }, topic.IsCbor));
    }

    private void Publish(TopicName? topic, ConnectedClient client, byte[] payload)
    {
        if (topic is { } name)
        {
            _ = PublishAsync(new MqttMessage { Topic = name, Payload = payload, OnlyTo = client });
        }
    }

    private async Task PublishAsync(MqttMessage message)
    {
        try
        {
            await _broker.PublishAsync(message);
        }
        catch (Exception exception) // whatever kept the broker from taking it: nobody else sees this task
        {
            _logger.ProvisioningNotAnswered(message.Topic.Value, exception);
        }
    }

    private async Task CleanAsync()
    {
        using var timer = new PeriodicTimer(s_cleanEvery, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_ends.Token))
            {
                await CleanOnceAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // the daemon stops
        }
    }

    private async Task CleanOnceAsync()
    {
        try
        {
            await _provisioner.CleanAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException) // the disk; the next round tries again
        {
            _logger.NotCleaned(exception);
        }
    }

    private sealed record Work(ProvisioningTopic Topic, ConnectedClient Client, ProvisioningCaller Caller, ReadOnlyMemory<byte> Payload);
}
