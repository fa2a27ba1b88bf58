namespace Roost.Streams.Export;

/// <summary>
/// Bounds what an export has under way: records from sending to the durable note of their acknowledgement, and bytes in memory from
/// sending to acknowledgement. One sender waits; any thread frees.
/// </summary>
internal sealed class ExportWindow(int maxRecords, long maxBytes)
{
    private readonly Lock _gate = new();
    private int _records;
    private long _bytes;
    private TaskCompletionSource? _room;

    /// <summary>Waits for room. A record that is larger than all the room for bytes goes alone.</summary>
    public async ValueTask EnterAsync(int bytes, CancellationToken cancellationToken)
    {
        while (!TryEnter(bytes, out var room))
        {
            await room.WaitAsync(cancellationToken);
        }
    }

    public void Acknowledged(int bytes) => Leave(0, bytes);

    public void Committed(int records) => Leave(records, 0);

    /// <param name="room">What to wait for, where there is no room.</param>
    private bool TryEnter(int bytes, out Task room)
    {
        lock (_gate)
        {
            if (_records < maxRecords && (_bytes == 0 || _bytes + bytes <= maxBytes))
            {
                _records++;
                _bytes += bytes;
                room = Task.CompletedTask;
                return true;
            }

            room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return false;
        }
    }

    private void Leave(int records, int bytes)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _records -= records;
            _bytes -= bytes;
            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }
}
