using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;
using Roost.LocalLambda.Sources;

namespace Roost.LocalLambda;

/// <summary>How functions come, change and go while the gateway runs: one change at a time, on the disk before anybody sees it.</summary>
public sealed partial class FunctionHost
{
    // Guarded by _changes.
    private bool _running;
    private volatile bool _sourcesKnown;

    /// <summary>Replaces what is kept of a function. When the task completes the change is durable, and invocations that come later see it.</summary>
    /// <param name="change">Gets what is kept now, null when there is no such function, and returns what is to be kept. What it throws is passed on; nothing has changed then.</param>
    /// <exception cref="FunctionUnavailableException">The gateway is stopping.</exception>
    internal async Task<FunctionRecord> ChangeAsync(string name, Func<FunctionRecord?, FunctionRecord> change)
    {
        using var _ = await BeginChangeAsync(name);
        var before = TryFind(name, out var function) ? function.Record : null;
        var after = change(before).Reconcile(_clock.GetUtcNow());
        if (after == before)
        {
            function!.Recheck(); // the same code, deployed again
            return after;
        }

        await _store!.SaveAsync(after);
        function ??= Add(name);
        function.Apply(after);
        _rollouts!.Changed(before, after);
        if (_running)
        {
            await RunAsync(function);
            WantSpares();
        }

        if (before is not null)
        {
            SweepCode();
        }

        return after;
    }

    /// <summary>Removes a function with all its versions and aliases, and the events that wait in its queue.</summary>
    /// <param name="check">Throws when what is kept now must not be removed.</param>
    /// <exception cref="FunctionNotFoundException">There is no such function.</exception>
    internal async Task RemoveAsync(string name, Action<FunctionRecord>? check = null)
    {
        using var _ = await BeginChangeAsync(name);
        if (!TryFind(name, out var function) || function.Record is not { } record)
        {
            throw new FunctionNotFoundException(new FunctionArn(name, null).ToString());
        }

        check?.Invoke(record);
        await RemoveAsync(function);
        if (function.Queue is { } queue && await queue.DiscardAsync() is var discarded and > 0)
        {
            LogDiscarded(name, discarded);
        }
    }

    /// <summary>Removes the functions that <paramref name="isGone"/> picks. Events that wait in their queues stay on the disk: a folder may come back.</summary>
    internal async Task WithdrawAsync(Func<FunctionRecord, bool> isGone)
    {
        using var _ = await BeginChangeAsync("");
        foreach (var function in _functions.Values.Where(function => function.Record is { } record && isGone(record)))
        {
            LogWithdrawn(function.Name, function.Record!.Origin!.Folder);
            await RemoveAsync(function);
            if (function.Queue is { Count: > 0 })
            {
                LogQueueWithoutFunction(function.Name);
            }
        }
    }

    /// <summary>Sets what an operator is told of a function besides its state.</summary>
    internal void Note(string name, IReadOnlyList<string> notes, IReadOnlyList<string> faults)
    {
        if (!TryFind(name, out var function))
        {
            if (faults.Count == 0)
            {
                return;
            }

            function = Add(name);
        }

        (function.Notes, function.Faults) = (notes, faults);
    }

    /// <summary>Takes what <see cref="Note"/> told off a function, and the function with it when that was all there is of it.</summary>
    internal void Forget(string name)
    {
        if (!TryFind(name, out var function))
        {
            return;
        }

        (function.Notes, function.Faults) = ([], []);
        if (function.Record is null)
        {
            _functions.TryRemove(name, out _);
        }
    }

    /// <summary>The functions that were deployed from folders.</summary>
    internal IEnumerable<(string Name, string Folder)> Deployed() =>
        _functions.Values.Select(function => function.Record).OfType<FunctionRecord>().Where(record => record.Origin is not null).Select(record => (record.Name, record.Origin!.Folder));

    /// <returns>The function that was deployed from this folder; null when none was.</returns>
    internal string? DeployedFrom(string folder) => Deployed().FirstOrDefault(function => function.Folder == folder).Name;

    internal bool HasCode(FunctionDefinition definition)
    {
        using var code = _engine?.Code.Find(definition.CodeSha256, definition.CodeSize);
        return code is not null;
    }

    private Function Add(string name) => _functions.GetOrAdd(name, static (name, host) => new Function(name, host._engine!, host._logs.Of(name))
    {
        Obstacle = host._isolationFault is null ? null : $"this machine cannot isolate functions: {host._isolationFault}",
        MissingStreams = () => host._eventSources?.Mappings.MissingStreams(name) ?? [],
        MissingDestinations = host.MissingDestinations,
    }, this);

    /// <summary>Starts its queue, and makes its event sources those of its latest version.</summary>
    private async Task RunAsync(Function function)
    {
        if (function is not { IsReady: true, Record: { } record })
        {
            return;
        }

        function.Queue!.Start();
        if (!_sources.TryGetValue(function.Name, out var sources))
        {
            sources = _eventSources!.Create(function.Name);
            _sources.Add(function.Name, sources);
        }

        try
        {
            await sources.ReplaceAsync(record.Serving.Triggers);
            await _eventSources!.FunctionMappings.ReplaceAsync(function.Name, record.Mappings);
            function.SourceFault = null;
        }
        catch (Exception exception)
        {
            // What is kept is durable: whoever changed it is not to be told that nothing has changed, and the other functions start.
            LogSourcesFailed(function.Name, exception);
            function.SourceFault = $"its event sources could not be started: {exception.Message} Its next change, or a restart, tries again";
        }
    }

    private async Task RemoveAsync(Function function)
    {
        await _store!.DeleteAsync(function.Name);
        _functions.TryRemove(function.Name, out _);
        if (_sources.Remove(function.Name, out var sources))
        {
            await sources.DisposeAsync();
            await _eventSources!.FunctionMappings.ReplaceAsync(function.Name, []);
        }

        await _eventSources!.ForgetAsync(function.Name, function.Record!.Latest.Triggers);
        using var drain = new CancellationTokenSource(_options.DrainTimeout, _clock);
        await function.StopAsync(drain.Token);
        _logs.Forget(function.Name);
        WantSpares();
        SweepCode();
    }

    private void WantSpares() =>
        _engine!.Starter.Spares.Want(_functions.Values.Where(function => function.IsReady).Select(function => function.Record!.Latest));

    private IEnumerable<string> Referenced() =>
        _functions.Values.Select(function => function.Record).OfType<FunctionRecord>().SelectMany(record => record.All).Select(definition => definition.CodeSha256);

    /// <summary>Workers that have a secret's former value in their environment run what they have taken, and end.</summary>
    private async Task RenewAsync(string secret)
    {
        try
        {
            using var _ = await BeginChangeAsync("");
            foreach (var function in _functions.Values)
            {
                function.Renew(definition => SecretReferences.AreIn(definition, secret));
            }
        }
        catch (FunctionUnavailableException)
        {
            // stopping: nobody runs with it any more
        }
    }

    private async Task<Change> BeginChangeAsync(string name)
    {
        await _changes.WaitAsync();
        if (_engine is null)
        {
            _changes.Release();
            throw Ended(name);
        }

        return new Change(_changes);
    }

    private sealed class Change(SemaphoreSlim changes) : IDisposable
    {
        public void Dispose() => changes.Release();
    }
}
