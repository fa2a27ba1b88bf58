using NUnit.Framework;

namespace Roost.Tests.Support;

/// <summary>Waits for what another process or thread does, where no event can be awaited; says what it waited for.</summary>
public static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Looks again every 10 ms until <paramref name="condition"/> holds; fails the test after <see cref="Limit"/>.</summary>
    public static Task IsTrueAsync(Func<bool> condition, string waitedFor, TimeSpan? limit = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), waitedFor, limit);

    public static Task IsTrueAsync(Func<Task<bool>> condition, string waitedFor, TimeSpan? limit = null) =>
        IsTrueAsync(condition, () => waitedFor, limit);

    /// <param name="condition">Looked at every 10 ms.</param>
    /// <param name="waitedFor">Asked once the time is over, so that it can tell how things stand then.</param>
    /// <param name="limit">Default <see cref="Limit"/>.</param>
    public static Task IsTrueAsync(Func<bool> condition, Func<string> waitedFor, TimeSpan? limit = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), waitedFor, limit);

    private static async Task IsTrueAsync(Func<Task<bool>> condition, Func<string> waitedFor, TimeSpan? limit)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > (limit ?? Limit))
            {
                Assert.Fail($"Waited {(limit ?? Limit).TotalSeconds:0.#} s for {waitedFor()}.");
            }

            await poll.WaitForNextTickAsync();
        }
    }

    /// <summary>Awaits <paramref name="task"/>, and fails with <paramref name="waitedFor"/> where it takes too long.</summary>
    public static async Task<T> CompletesAsync<T>(Task<T> task, string waitedFor, TimeSpan? limit = null)
    {
        try
        {
            return await task.WaitAsync(limit ?? Limit);
        }
        catch (TimeoutException exception)
        {
            throw new AssertionException($"Waited {(limit ?? Limit).TotalSeconds:0.#} s for {waitedFor}.", exception);
        }
    }
}
