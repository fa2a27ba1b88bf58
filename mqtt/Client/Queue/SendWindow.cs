namespace Roost.Mqtt.Client.Queue;

/// <summary>How much may be on its way at once, in messages and in bytes. One waits to enter; any thread leaves.</summary>
internal sealed class SendWindow(int maxMessages, int maxBytes)
{
    private readonly Lock _gate = new();
    private int _messages;
    private long _bytes;
    private TaskCompletionSource? _room;

    /// <summary>Waits for room; a message that is larger than the window enters alone.</summary>
    public async Task EnterAsync(int bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_messages == 0 || (_messages < maxMessages && _bytes + bytes <= maxBytes))
                {
                    _messages++;
                    _bytes += bytes;
                    return;
                }

                _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    public void Leave(int bytes)
    {
        lock (_gate)
        {
            _messages--;
            _bytes -= bytes;
            _room?.TrySetResult();
            _room = null;
        }
    }
}
