using Roost.DeviceSim.Messages;
using Roost.DeviceSim.Robots;
using Roost.DeviceSim.Shadows;
using Roost.DeviceSim.Statistics;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.DeviceSim.Fleets;

/// <summary>
/// One robot on its connection: tells what <see cref="RobotPhysics"/> makes of it, and hands it the orders of its shadow. The lock
/// guards the robot and its order of messages: a message is handed to the client under it, its acknowledgement is awaited outside.
/// </summary>
internal sealed class RobotAgent : IAsyncDisposable
{
    private static readonly byte[] s_online = "online"u8.ToArray();
    private static readonly byte[] s_offline = "offline"u8.ToArray();

    private readonly Lock _gate = new();
    private readonly string _name;
    private readonly RobotTopics _topics;
    private readonly TopicName _telemetry;
    private readonly TopicName _bump;
    private readonly TopicName _shadowUpdate;
    private readonly SimulatorOptions _options;
    private readonly FleetCounters _counters;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly MqttClient _client;
    private readonly ReportedState _reported = new();
    private readonly List<Bump> _bumps = [];
    private Robot _robot;
    private long _shadowVersion;
    private bool _connected;

    /// <param name="say">Writes a line for the operator.</param>
    public RobotAgent(int index, SimulatorOptions options, FleetCounters counters, Action<string> say, TimeProvider clock)
    {
        _name = $"vac-{index + 1:00}";
        _topics = new RobotTopics(_name);
        (_telemetry, _bump, _shadowUpdate) = (TopicName.Parse(_topics.Telemetry), TopicName.Parse(_topics.Bump), TopicName.Parse(_topics.ShadowUpdate));
        (_options, _counters, _say, _clock) = (options, counters, say, clock);
        _robot = Robot.Create(options.Seed, index);
        _client = new MqttClient(
            new MqttClientOptions
            {
                Host = options.Host,
                Port = options.Port,
                ProtocolVersion = options.Version,
                ClientIdentifier = _name, // as things of AWS IoT do
                Will = Status(s_offline),
                ReconnectDelay = TimeSpan.FromMilliseconds(500),
                ReconnectDelayMax = TimeSpan.FromSeconds(5), // who watches a demo restarts the broker and wants to see the fleet come back
            },
            clock)
        {
            MessageHandler = HandleAsync,
        };
        _client.ConnectionChanged += OnConnectionChanged;
    }

    /// <summary>Connects, lives step by step, and says goodbye when cancelled.</summary>
    public async Task RunAsync(TimeSpan firstStepAfter, CancellationToken stopping)
    {
        _client.Start();
        try
        {
            await SubscribeAsync(stopping); // completes with the first connection: a robot's life begins there
            await Task.Delay(firstStepAfter, _clock, stopping);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / _options.Rate), _clock);
            do
            {
                Step();
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException)
        {
            await SayGoodbyeAsync();
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task SubscribeAsync(CancellationToken stopping)
    {
        try
        {
            await _client.SubscribeAsync(TopicFilter.Parse(_topics.ShadowDelta), QualityOfService.AtLeastOnce, stopping);
        }
        catch (MqttSubscriptionRefusedException exception)
        {
            _say($"{_name} gets no orders: {exception.Message}");
        }
    }

    private void Step()
    {
        lock (_gate)
        {
            _bumps.Clear();
            _robot = RobotPhysics.Advance(_robot, TimeSpan.FromSeconds(1 / _options.Rate), _bumps);
            var now = _clock.GetUtcNow();
            foreach (var bump in _bumps)
            {
                _counters.Bump();
                Send(_bump, RobotMessages.Bump(_name, bump, now));
            }

            Report();
            if (_connected)
            {
                _counters.Telemetry();
                Send(_telemetry, RobotMessages.Telemetry(_name, _robot, now), _options.TelemetryQualityOfService);
            }
            else
            {
                _counters.Lost(); // where a robot was a minute ago is not worth keeping; bumps wait in the client
            }
        }
    }

    private ValueTask HandleAsync(MqttReceivedMessage received, CancellationToken cancellationToken)
    {
        if (!ShadowDelta.TryParse(received.Message.Payload, out var delta))
        {
            _counters.UnknownOrder();
            return ValueTask.CompletedTask;
        }

        lock (_gate)
        {
            // Deltas may overtake each other; an older one asks for what has been changed since.
            if (delta.Version > _shadowVersion)
            {
                _shadowVersion = delta.Version;
                Obey(delta);
                Report();
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Obey(ShadowDelta delta)
    {
        if (delta.FanSpeed is { } fanSpeed && fanSpeed != _robot.FanSpeed)
        {
            _counters.Order();
            _robot = _robot with { FanSpeed = fanSpeed };
        }

        if (delta.Mode is { } mode && mode != _robot.Order)
        {
            _counters.Order();
            _robot = _robot.Obey(mode);
            _reported.Ordered(mode);
        }
    }

    private void Report()
    {
        // Without a connection nothing is told; the first update after it tells everything.
        if (_connected && _reported.NextUpdate(_robot) is { } update)
        {
            _counters.ShadowUpdate();
            Send(_shadowUpdate, update);
        }
    }

    private void OnConnectionChanged(MqttConnectionChange change)
    {
        lock (_gate)
        {
            if (change.State == MqttConnectionState.Connected)
            {
                _connected = true;
                _counters.Connected();
                _shadowVersion = 0; // a shadow that was deleted long ago begins again at 1
                _reported.Forget();
                _ = PublishAsync(Status(s_online));
                Report();
                return;
            }

            if (_connected)
            {
                _connected = false;
                _counters.Disconnected();
            }

            if (change is { State: MqttConnectionState.Disconnected, Reason: { } reason } && _counters.Failed(reason.Message))
            {
                _say($"{reason.Message} Trying again until a broker answers; start one with ./run, or correct --broker.");
            }
        }
    }

    private void Send(TopicName topic, byte[] payload, QualityOfService qualityOfService = QualityOfService.AtLeastOnce) =>
        _ = PublishAsync(new MqttMessage { Topic = topic, Payload = payload, QualityOfService = qualityOfService });

    /// <summary>Sees every message to its end; none faults.</summary>
    private async Task PublishAsync(MqttMessage message)
    {
        var began = _clock.GetTimestamp();
        try
        {
            await _client.PublishAsync(message);
            _counters.Acknowledged(_clock.GetElapsedTime(began));
        }
        catch (Exception exception) when (exception is MqttConnectionException or MqttPublishRefusedException)
        {
            _counters.Lost();
        }
    }

    private async Task SayGoodbyeAsync()
    {
        if (!_connected)
        {
            return;
        }

        try
        {
            // An orderly goodbye discards the will, so the robot says itself what the will would have said.
            await _client.PublishAsync(Status(s_offline)).AsTask().WaitAsync(TimeSpan.FromSeconds(2), _clock);
            await _client.DisconnectAsync();
        }
        catch (Exception exception) when (exception is TimeoutException or MqttConnectionException or MqttPublishRefusedException)
        {
            // The broker has gone first; it publishes the will.
        }
    }

    private MqttMessage Status(byte[] payload) => new()
    {
        Topic = TopicName.Parse(_topics.Status),
        Payload = payload,
        QualityOfService = QualityOfService.AtLeastOnce,
        Retain = true,
    };
}
