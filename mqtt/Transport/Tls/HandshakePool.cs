namespace Roost.Mqtt.Transport.Tls;

/// <summary>
/// Runs the steps of TLS handshakes on threads of the pool, so that a signature (milliseconds on a small machine) holds back nobody who is
/// connected, and on so few at once that a flood of them leaves the loop its core.
/// </summary>
internal sealed class HandshakePool : IThreadPoolWorkItem
{
    private static readonly int s_mostAtOnce = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly Lock _lock = new();
    private readonly Queue<IHandshakeStep> _steps = new(); // one a connection at most, so that max-connections bounds it
    private int _running;

    public void Enqueue(IHandshakeStep step)
    {
        lock (_lock)
        {
            _steps.Enqueue(step);
            if (_running == s_mostAtOnce)
            {
                return;
            }

            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        while (true)
        {
            IHandshakeStep? step;
            lock (_lock)
            {
                if (!_steps.TryDequeue(out step))
                {
                    _running--;
                    return;
                }
            }

            step.Run();
        }
    }
}
