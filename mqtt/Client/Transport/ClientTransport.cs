namespace Roost.Mqtt.Client.Transport;

/// <summary>
/// Bytes to and from a server, whatever carries them. One reader and one writer at a time, which do not disturb each other;
/// disposing ends both. Everything that goes wrong is an <see cref="IOException"/>.
/// </summary>
internal abstract class ClientTransport : IAsyncDisposable
{
    /// <summary>Any thread.</summary>
    public abstract MqttUpload Upload { get; }

    /// <returns>Bytes read; 0 when the server sends no more.</returns>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Tells the server that nothing more comes, and goes on reading: closing with unread bytes would reset the connection, and the
    /// server might lose what it has not read yet.
    /// </summary>
    public abstract ValueTask EndWritingAsync(CancellationToken cancellationToken);

    /// <summary>Ends reads and writes that are under way, at once. Any thread.</summary>
    public abstract void Abort();

    public abstract ValueTask DisposeAsync();
}
