using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>A queue's log is opened by its first event, off the caller's thread, and closed and removed after a while without any.</summary>
internal sealed partial class InvocationQueue
{
    /// <summary>In the gate.</summary>
    private Task Hold(QueuedInvocation invocation, byte[] headers, ReadOnlySpan<byte> payload)
    {
        if (_heldBytes + headers.Length + payload.Length > MaxHeldBytes)
        {
            throw new FunctionThrottledException(_function.Name, "its queue is being opened") { IsQueue = true };
        }

        var held = new HeldEvent(invocation, headers, payload.ToArray());
        _held.Add(held);
        _heldBytes += held.Bytes;
        if (_moving is null)
        {
            BeginOpen();
        }

        return held.Kept.Task;
    }

    /// <summary>In the gate.</summary>
    private void BeginOpen() => _moving = Task.Run(OpenAsync);

    private async Task OpenAsync()
    {
        QueueLog log;
        try
        {
            QueueFolders.Settle(_folder);
            (log, var left) = await OpenSoundAsync();
            lock (_gate)
            {
                foreach (var entry in left)
                {
                    entry.State = QueueEntryState.Waiting;
                    _schedule.Add(entry);
                }
            }
        }
        catch (Exception exception)
        {
            FailToOpen(exception);
            return;
        }

        while (TakeHeld(log) is { Count: > 0 } held)
        {
            foreach (var one in held)
            {
                _ = KeepAsync(log, one);
            }
        }

        Pump();
    }

    private async Task<(QueueLog Log, IReadOnlyList<QueueEntry> Left)> OpenSoundAsync()
    {
        try
        {
            return await QueueLog.OpenAsync(_function.Name, _folder, _maxBytes, _ages, Pump, _clock, _logger, _metrics);
        }
        catch (CorruptLogException)
        {
            await new QueueSalvage(_function.Name, _folder, _maxBytes, _damage, _clock, _logger).RunAsync(_ages);
            return await QueueLog.OpenAsync(_function.Name, _folder, _maxBytes, _ages, Pump, _clock, _logger, _metrics);
        }
    }

    /// <returns>Empty when the log is open for everybody.</returns>
    private List<HeldEvent> TakeHeld(QueueLog log)
    {
        lock (_gate)
        {
            var held = _held;
            (_held, _heldBytes) = ([], 0);
            if (held.Count == 0)
            {
                (_log, _moving, _emptySince) = (log, null, _clock.GetTimestamp());
            }

            _appending += held.Count;
            return held;
        }
    }

    private async Task KeepAsync(QueueLog log, HeldEvent held)
    {
        try
        {
            await log.WaitDurableAsync(Append(log, held.Invocation, held.Headers, held.Payload));
            held.Kept.SetResult();
        }
        catch (Exception exception)
        {
            held.Kept.SetException(exception);
        }
    }

    /// <summary>The next event tries again: no descriptors, or a full disk, may be a matter of seconds.</summary>
    private void FailToOpen(Exception exception)
    {
        LogNotOpened(_function.Name, _folder, exception);
        List<HeldEvent> held;
        lock (_gate)
        {
            (held, _held, _heldBytes, _moving) = (_held, [], 0, null);
        }

        foreach (var one in held)
        {
            one.Kept.SetException(exception is CorruptLogException
                ? new FunctionUnavailableException(_function.Name, $"its queue in {_folder} is damaged: {exception.Message}")
                : new FunctionThrottledException(_function.Name, $"its queue could not be opened: {exception.Message}", exception) { IsQueue = true });
        }
    }

    private async Task CloseAsync(QueueLog log)
    {
        try
        {
            await log.DisposeAsync();
            QueueFolders.Remove(_folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(_folder, exception.Message); // what is in it is done, and marked so
        }

        lock (_gate)
        {
            _moving = null;
            if (_held.Count > 0)
            {
                BeginOpen();
            }
        }
    }

    private sealed record HeldEvent(QueuedInvocation Invocation, byte[] Headers, byte[] Payload)
    {
        public int Bytes => Headers.Length + Payload.Length;

        public TaskCompletionSource Kept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
