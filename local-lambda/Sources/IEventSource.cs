namespace Roost.LocalLambda.Sources;

/// <summary>What calls one function by itself: a topic, a schedule, a stream. Made by <see cref="EventSources"/>, owned by the function.</summary>
internal interface IEventSource : IAsyncDisposable
{
    /// <summary>Calls the function from now on. Once.</summary>
    Task StartAsync();

    /// <summary>The daemon stops: the last calls, while the function still runs. Then comes <see cref="IAsyncDisposable.DisposeAsync"/>.</summary>
    /// <param name="giveUp">The time to drain is over.</param>
    Task StopAsync(CancellationToken giveUp) => Task.CompletedTask;
}
