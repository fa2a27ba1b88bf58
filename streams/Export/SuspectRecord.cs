namespace Roost.Streams.Export;

/// <summary>
/// Finds the record that makes a server close the connection instead of refusing it, as MQTT 3.1.1 servers must. The first
/// unacknowledged record is suspected when connections end soon after it was sent, again and again; it is then sent alone, and given
/// up when that ends as many connections. A network that is silent raises no suspicion: only an end that comes at once does.
/// </summary>
internal sealed class SuspectRecord(int maxAttempts, TimeSpan within)
{
    private const int AloneAfter = 2;

    private long _offset = -1;
    private int _ends;
    private int _endsAlone;

    /// <summary>The next connection is to carry one record at a time until one is acknowledged.</summary>
    public bool SendAlone => _ends >= AloneAfter;

    public bool IsGuilty(long offset) => offset == _offset && _endsAlone >= maxAttempts;

    public void Acknowledged()
    {
        _offset = -1;
        _ends = 0;
        _endsAlone = 0;
    }

    /// <param name="first">The first record that was not acknowledged on the connection that ended.</param>
    /// <param name="sinceSent">Between its sending and the end.</param>
    public void ConnectionEnded(long first, TimeSpan sinceSent)
    {
        if (first != _offset)
        {
            (_offset, _ends, _endsAlone) = (first, 0, 0);
        }

        if (sinceSent > within)
        {
            return;
        }

        _endsAlone += SendAlone ? 1 : 0;
        _ends++;
    }
}
