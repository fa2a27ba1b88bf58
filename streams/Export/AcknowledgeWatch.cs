using Roost.Mqtt.Client;
using Roost.Streams.Upstream;

namespace Roost.Streams.Export;

/// <summary>
/// Gives up a connection on which records wait for acknowledgements and none comes: a link that is dead without saying so. As long as what
/// was sent still gets through there is nothing to acknowledge: on a slow link a large record takes longer than any answer may.
/// </summary>
internal sealed class AcknowledgeWatch : IDisposable
{
    private const int LooksPerTimeout = 4;

    private readonly UplinkConnection _connection;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private long _lastProgress;
    private MqttUpload _uploadSeen;
    private int _waiting;

    public AcknowledgeWatch(UplinkConnection connection, TimeSpan timeout, TimeProvider clock)
    {
        _connection = connection;
        _timeout = timeout;
        _clock = clock;
        _timer = clock.CreateTimer(_ => Look(), null, timeout / LooksPerTimeout, timeout / LooksPerTimeout);
    }

    public void Sent()
    {
        if (Interlocked.Increment(ref _waiting) == 1)
        {
            Volatile.Write(ref _lastProgress, _clock.GetTimestamp());
        }
    }

    public void Acknowledged()
    {
        Interlocked.Decrement(ref _waiting);
        Volatile.Write(ref _lastProgress, _clock.GetTimestamp());
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var upload = _connection.Upload;
        if (upload.HasAdvancedSince(_uploadSeen))
        {
            Volatile.Write(ref _lastProgress, _clock.GetTimestamp());
        }

        _uploadSeen = upload;
        if (Volatile.Read(ref _waiting) > 0 && _clock.GetElapsedTime(Volatile.Read(ref _lastProgress)) > _timeout)
        {
            _connection.Abandon($"no acknowledgement came for {_timeout.TotalSeconds:0.#} s");
        }
    }
}
