using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Sources;

/// <summary>All that calls one function by itself. One caller at a time.</summary>
internal sealed partial class FunctionSources(string function, Func<Trigger, IEventSource> create, ILogger logger) : IAsyncDisposable
{
    private readonly Dictionary<Trigger, IEventSource> _sources = [];

    /// <summary>
    /// Makes the sources those of <paramref name="triggers"/>. What stays is not touched. Sources of messages are started before old ones end, so
    /// that no message is missed; others after, because they take up where the old ones were. One that cannot be started is reported, and the others run.
    /// </summary>
    public async Task ReplaceAsync(IReadOnlyList<Trigger> triggers)
    {
        var added = triggers.Distinct().Where(trigger => !_sources.ContainsKey(trigger)).ToList();
        var removed = _sources.Keys.Except(triggers).ToList();
        await StartAsync(added.Where(trigger => trigger.OverlapsWhenReplaced));
        foreach (var trigger in removed)
        {
            _sources.Remove(trigger, out var source);
            await source!.DisposeAsync();
        }

        await StartAsync(added.Where(trigger => !trigger.OverlapsWhenReplaced));
    }

    /// <summary>The daemon stops.</summary>
    public async Task StopAsync(CancellationToken giveUp)
    {
        await Task.WhenAll(_sources.Values.Select(source => source.StopAsync(giveUp)));
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await ReplaceAsync([]);

    private async Task StartAsync(IEnumerable<Trigger> triggers)
    {
        foreach (var trigger in triggers)
        {
            try
            {
                var source = create(trigger);
                await source.StartAsync();
                _sources.Add(trigger, source);
            }
            catch (Exception exception)
            {
                // A disk that refused, a time zone that is not there any more: the function still runs when it is called.
                LogNotStarted(function, trigger, exception);
            }
        }
    }

    [LoggerMessage(3204, LogLevel.Error, "Function {Function}: it is not called by {Trigger}")]
    private partial void LogNotStarted(string function, Trigger trigger, Exception exception);
}
