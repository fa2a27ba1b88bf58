using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Sources.Lifecycle;

/// <summary>Tells one function when the gateway starts or stops, or when the cloud comes or goes.</summary>
internal sealed partial class LifecycleSource(string function, string on, ICloudLink? cloud, IFunctionInvoker invoker, TimeProvider clock, ILogger logger) : IEventSource
{
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public Task StartAsync()
    {
        switch (on)
        {
            case LifecycleTrigger.Start:
                return TellAsync();
            case LifecycleTrigger.CloudConnected or LifecycleTrigger.CloudDisconnected when cloud is not null:
                _watching = Task.Run(() => WatchAsync(cloud));
                return Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }

    /// <summary>Waits for the function: it is the last thing that it does.</summary>
    public async Task StopAsync(CancellationToken giveUp)
    {
        if (on != LifecycleTrigger.Stop)
        {
            return;
        }

        try
        {
            var result = await invoker.InvokeAsync(function, LifecycleEvent.Write(function, on, clock.GetUtcNow()), InvocationContext.Default, giveUp);
            if (result.FunctionError is not null)
            {
                LogNotTold(function, on, "the function failed; its log has the reason");
            }
        }
        catch (Exception exception)
        {
            LogNotTold(function, on, exception is OperationCanceledException ? "there was no time left" : exception.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(ICloudLink cloud)
    {
        try
        {
            while (true)
            {
                var lost = await cloud.ConnectedAsync(_stop.Token);
                if (on == LifecycleTrigger.CloudConnected)
                {
                    await TellAsync();
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, clock, lost).WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _stop.Token.ThrowIfCancellationRequested();
                if (on == LifecycleTrigger.CloudDisconnected)
                {
                    await TellAsync();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The function has gone, or the daemon stops.
        }
        catch (Exception exception)
        {
            LogNotTold(function, on, exception.Message);
        }
    }

    private async Task TellAsync()
    {
        try
        {
            await invoker.EnqueueAsync(function, LifecycleEvent.Write(function, on, clock.GetUtcNow()), InvocationContext.Default);
        }
        catch (Exception exception)
        {
            LogNotTold(function, on, exception.Message);
        }
    }

    [LoggerMessage(3220, LogLevel.Warning, "Function {Function} could not be told of {Event}: {Reason}")]
    private partial void LogNotTold(string function, string @event, string reason);
}
