namespace Roost.LocalLambda;

/// <summary>One stream. Any thread may call; what its log refuses (damage, a full or failed disk, the daemon's stop) is an exception.</summary>
public interface IFunctionStream
{
    /// <summary>Another than that of any other stream that has had its name, or will; empty where streams of this kind are never deleted.</summary>
    string Id { get; }

    /// <summary>Completes when the stream is deleted: one that gets its name later has to be opened anew.</summary>
    Task Deleted { get; }

    /// <summary>Offset of the oldest record that is kept.</summary>
    long OldestOffset { get; }

    /// <summary>Offset that the next record will get.</summary>
    long NextOffset { get; }

    /// <summary>Offset of the first record appended at <paramref name="time"/> or later; <see cref="NextOffset"/> when there is none yet.</summary>
    long FindOffset(DateTimeOffset time);

    /// <summary>Reads from <paramref name="fromOffset"/> on, or from the oldest record kept where that one is gone. The caller disposes of it.</summary>
    IFunctionStreamReader OpenReader(long fromOffset);

    /// <returns>Completes when the record is as durable as the stream is configured to be.</returns>
    ValueTask AppendAsync(string key, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}
