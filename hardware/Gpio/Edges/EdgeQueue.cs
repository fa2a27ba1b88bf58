using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;

namespace Roost.Hardware.Gpio.Edges;

/// <summary>
/// Between the thread that reads edges and the broker: bounded, so that a chattering line cannot fill the memory. When it is full, new edges are dropped and counted; the
/// shadows are right all the same, as they follow the level.
/// </summary>
internal sealed class EdgeQueue(IMqttBroker broker, TimeProvider clock, HardwareMetrics metrics, ILogger<EdgeQueue> logger)
{
    /// <summary>Edges that wait for the broker, of all lines.</summary>
    public const int Most = 4096;

    /// <summary>So many are handed to the broker before its acknowledgements are waited for: one sync of a stream's log is shared by them.</summary>
    private const int AtOnce = 64;

    private static readonly TimeSpan _quiet = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly Channel<EdgeMessage> _waiting = Channel.CreateBounded<EdgeMessage>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private long? _warnedAt;
    private long _dropped;

    /// <summary>Never waits. The order of calls is the order of publication.</summary>
    public void Add(EdgeMessage edge)
    {
        if (_waiting.Writer.TryWrite(edge))
        {
            return;
        }

        metrics.EdgeDropped();
        var dropped = Interlocked.Increment(ref _dropped);
        if (_warnedAt is null || clock.GetElapsedTime(_warnedAt.Value) > _quiet)
        {
            _warnedAt = clock.GetTimestamp();
            logger.EdgesDropped(edge.Thing, edge.Property, dropped);
        }
    }

    /// <summary>Publishes until <paramref name="stopping"/>, and then what waits, once.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var batch = new List<EdgeMessage>(AtOnce);
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stopping))
            {
                Fill(batch);
                while (await PublishAsync(batch) is { Count: > 0 } refused)
                {
                    batch = refused;
                    await Task.Delay(_pause, clock, stopping);
                }

                batch.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            do
            {
                await PublishAsync(batch);
                batch.Clear();
                Fill(batch);
            }
            while (batch.Count > 0);
        }
    }

    private void Fill(List<EdgeMessage> batch)
    {
        while (batch.Count < AtOnce && _waiting.Reader.TryRead(out var edge))
        {
            batch.Add(edge);
        }
    }

    /// <returns>Those that the broker did not take, in their order.</returns>
    private async Task<List<EdgeMessage>> PublishAsync(List<EdgeMessage> batch)
    {
        var taken = batch.ConvertAll(edge => broker.PublishAsync(
            new MqttMessage { Topic = edge.Topic, Payload = edge.Payload(), QualityOfService = QualityOfService.AtLeastOnce, OnBehalfOf = Reporting.PointReporter.Publisher }).AsTask());
        var refused = new List<EdgeMessage>();
        for (var i = 0; i < taken.Count; i++)
        {
            try
            {
                await taken[i];
            }
            catch (Exception exception) when (exception is MqttPublishRefusedException or ObjectDisposedException)
            {
                if (refused.Count == 0)
                {
                    metrics.PublishFailed();
                    logger.NotPublished(batch[i].Topic.Value, exception.Message);
                }

                refused.Add(batch[i]);
            }
        }

        return refused;
    }
}
