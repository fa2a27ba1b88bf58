using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Registry;
using Roost.Mqtt;

namespace Roost.LocalLambda.Rollouts;

/// <summary>
/// Looks once a second at the rollouts that are in progress, and ends those that have come to an end. What is decided is a change of the function's record like any
/// other. While none is in progress it waits without a timer.
/// </summary>
internal sealed partial class RolloutConductor(FunctionHost host, IMqttBroker broker, Metrics metrics, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>How much of a rollout's time and figures a kill may cost at most; a write to the SD card each time.</summary>
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _begun = new(0);
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Told each change of a record, once it is durable.</summary>
    public void Changed(FunctionRecord? before, FunctionRecord after)
    {
        if (before?.Rollout is { IsInProgress: true } ended && (after.Rollout?.Id != ended.Id || !after.Rollout.IsInProgress))
        {
            // A newer one may stand in its place already.
            var end = after.Rollout?.Id == ended.Id ? after.Rollout : ended.End(RolloutState.Superseded, "deployed again", clock.GetUtcNow());
            metrics.RolloutEnded(after.Name, RolloutView.StateOf(end.State));
            switch (end.State)
            {
                case RolloutState.Promoted:
                    LogPromoted(after.Name, end.Canary, end.Reason!);
                    break;
                case RolloutState.RolledBack:
                    LogRolledBack(after.Name, end.Canary, end.Stable, end.Reason!);
                    break;
                default:
                    LogSuperseded(after.Name, end.Canary, end.Reason!);
                    break;
            }

            Publish(after.Name, end);
        }

        if (after.Rollout is not { IsInProgress: true } rollout)
        {
            return;
        }

        if (before?.Rollout?.Id != rollout.Id)
        {
            LogBegun(after.Name, rollout.Canary, 100 * rollout.Weight, rollout.Stable, rollout.Plan.Time);
            Publish(after.Name, rollout);
            _begun.Release();
        }
        else if (before.Rollout.Step != rollout.Step)
        {
            LogStep(after.Name, rollout.Canary, 100 * rollout.Weight);
            Publish(after.Name, rollout);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var functions = host.RollingOut().ToList();
                if (functions.Count == 0)
                {
                    await _begun.WaitAsync(_stop.Token);
                    continue;
                }

                await Task.Delay(Beat, clock, _stop.Token);
                foreach (var function in functions)
                {
                    await BeatAsync(function);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The daemon stops: the record knows where to go on.
        }
        catch (FunctionUnavailableException)
        {
            // The daemon stops, and a decision came too late for it. It is taken again after the next start.
        }
        catch (Exception exception)
        {
            LogEnded(exception);
        }
    }

    private async Task BeatAsync(Function function)
    {
        if (function.Figures is not { } figures || function.Record?.Rollout is not { IsInProgress: true } rollout || rollout.Id != figures.Id)
        {
            return;
        }

        figures.Beat();
        var (stable, canary) = figures.Read();
        var now = clock.GetUtcNow();
        var judged = rollout.Judge(figures.Elapsed, stable, canary, now);
        if (judged == rollout)
        {
            if (figures.Elapsed - figures.KeptElapsed < KeepEvery)
            {
                return;
            }

            judged = rollout with { Elapsed = figures.Elapsed, StableFigures = stable, CanaryFigures = canary };
        }

        try
        {
            await host.ChangeAsync(function.Name, record => (record ?? throw new FunctionNotFoundException(function.Name)).Take(judged, now));
            figures.KeptElapsed = judged.Elapsed;
        }
        catch (FunctionNotFoundException)
        {
            // Removed meanwhile, and its rollout with it.
        }
        catch (Exception exception) when (exception is DbException or IOException)
        {
            LogNotKept(function.Name, exception.Message); // both versions go on; the next beat tries again
        }
    }

    private void Publish(string function, Rollout rollout)
    {
        _ = PublishAsync();

        async Task PublishAsync()
        {
            try
            {
                await broker.PublishAsync(new MqttMessage
                {
                    Topic = TopicName.Parse($"$roost/functions/{function}/rollout"),
                    Payload = JsonSerializer.SerializeToUtf8Bytes(RolloutView.Of(function, rollout, null)),
                    QualityOfService = QualityOfService.AtLeastOnce,
                });
            }
            catch (Exception exception)
            {
                LogNotPublished(function, exception.Message);
            }
        }
    }

    [LoggerMessage(3455, LogLevel.Information, "Function {Function}: version {Version} gets {Share} % of the calls, version {Stable} the rest, for up to {Time}")]
    private partial void LogBegun(string function, string version, double share, string stable, TimeSpan time);

    [LoggerMessage(3456, LogLevel.Information, "Function {Function}: version {Version} gets {Share} % of the calls now")]
    private partial void LogStep(string function, string version, double share);

    [LoggerMessage(3457, LogLevel.Information, "Function {Function}: version {Version} serves all calls now: {Reason}")]
    private partial void LogPromoted(string function, string version, string reason);

    [LoggerMessage(3458, LogLevel.Warning, "Function {Function}: version {Version} is rolled back to version {Stable}: {Reason}")]
    private partial void LogRolledBack(string function, string version, string stable, string reason);

    [LoggerMessage(3459, LogLevel.Warning, "Function {Function}: the rollout of version {Version} ends without a decision: {Reason}")]
    private partial void LogSuperseded(string function, string version, string reason);

    [LoggerMessage(3460, LogLevel.Error, "Function {Function}: how its rollout stands cannot be kept, and is tried again: {Reason}")]
    private partial void LogNotKept(string function, string reason);

    [LoggerMessage(3461, LogLevel.Warning, "Function {Function}: how its rollout stands could not be published: {Reason}")]
    private partial void LogNotPublished(string function, string reason);

    [LoggerMessage(3462, LogLevel.Error, "Rollouts are not looked at any more; those in progress stay as they are until the next start")]
    private partial void LogEnded(Exception exception);
}
