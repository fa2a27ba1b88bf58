using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Shadow.Tests.Mqtt;

namespace Roost.Shadow.Tests.Sync;

/// <summary>A connection from the edge to the cloud's broker that can be cut at any moment: what is under way then arrives, or does not.</summary>
internal sealed class LoopbackUpstream(LoopbackBroker cloud) : IShadowUpstream
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<IShadowUpstreamConnection> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Connection? _connection;
    private int _requests;

    /// <summary>Requests that reached the cloud.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public int Connections { get; private set; }

    /// <summary>Filters that are refused.</summary>
    public Predicate<TopicFilter> Refuses { get; set; } = _ => false;

    /// <summary>Swallows, answers or changes a request; true: it does not reach the cloud.</summary>
    public Func<MqttMessage, bool> Intercept { get; set; } = _ => false;

    /// <summary>All that was subscribed to on the present connection.</summary>
    public IReadOnlyList<string> Subscribed => _connection?.Filters.Select(filter => filter.Value).ToList() ?? [];

    public string Identity { get; set; } = "cloud:8883 as edge";

    public Task<IShadowUpstreamConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _connected.Task.WaitAsync(cancellationToken);
        }
    }

    public void Connect()
    {
        lock (_gate)
        {
            Connections++;
            _connection = new Connection(this, cloud);
            _connected.SetResult(_connection);
        }
    }

    public void Cut()
    {
        Connection? connection;
        lock (_gate)
        {
            connection = _connection;
            _connection = null;
            _connected = new TaskCompletionSource<IShadowUpstreamConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        connection?.End();
    }

    /// <summary>A message as if the cloud had sent it.</summary>
    public void Deliver(string topic, string body) =>
        _connection?.Receiver?.Invoke(new MqttMessage { Topic = TopicName.Parse(topic), Payload = Some.Utf8(body) });

    private sealed class Connection(LoopbackUpstream owner, LoopbackBroker cloud) : IShadowUpstreamConnection, IMessageHandler
    {
        private readonly CancellationTokenSource _lost = new();
        private readonly List<IAsyncDisposable> _subscriptions = [];

        public List<TopicFilter> Filters { get; } = [];

        public Action<MqttMessage>? Receiver { get; private set; }

        public CancellationToken Lost => _lost.Token;

        public void Receive(Action<MqttMessage> receiver) => Receiver = receiver;

        public async Task<IReadOnlyList<TopicFilter>> SubscribeAsync(IReadOnlyList<TopicFilter> filters, CancellationToken cancellationToken)
        {
            foreach (var filter in filters.Where(filter => !owner.Refuses(filter)))
            {
                Filters.Add(filter);
                _subscriptions.Add(await cloud.SubscribeAsync(filter, this, cancellationToken));
            }

            return [.. filters.Where(filter => owner.Refuses(filter))];
        }

        public async ValueTask PublishAsync(MqttMessage message)
        {
            if (_lost.IsCancellationRequested)
            {
                throw new MqttConnectionException("loopback", null, "cut");
            }

            Interlocked.Increment(ref owner._requests);
            if (!owner.Intercept(message))
            {
                await cloud.PublishAsync(message);
            }
        }

        public void NoteUseful()
        {
        }

        public ValueTask Handle(in PublishedMessage message)
        {
            if (!_lost.IsCancellationRequested)
            {
                Receiver?.Invoke(message.ToMessage());
            }

            return ValueTask.CompletedTask;
        }

        public void End()
        {
            _lost.Cancel();
            _subscriptions.ForEach(subscription => _ = subscription.DisposeAsync().AsTask());
        }
    }
}
