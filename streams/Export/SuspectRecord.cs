namespace Roost.Streams.Export;

/// <summary>
/// What the first unanswered record of an export has met so far, over connections. It finds the record to which a server answers by
/// closing the connection, as MQTT 3.1.1 servers must, and never takes a bad link for a bad record: see <see cref="TrialFailed"/>.
/// </summary>
internal sealed class SuspectRecord(int maxAttempts)
{
    /// <summary>So many connections that end on a record unanswered may be chance; from then on it is looked at.</summary>
    private const int SuspectedAfter = 2;

    private long _offset = -1;
    private int _refusals;
    private int _hangUps;
    private int _trials;

    /// <summary>The next connection is to try its first record alone, once it has held for a while without it.</summary>
    public bool IsOnTrial => _hangUps >= SuspectedAfter;

    /// <summary>The record to give up; null when there is none.</summary>
    public long? Guilty => _trials >= maxAttempts ? _offset : null;

    /// <summary>The record is done.</summary>
    public void Cleared() => LookAt(-1);

    /// <summary>The server has refused the record in words: it is no suspect.</summary>
    /// <returns>How often it did, on this connection and those before.</returns>
    public int Refused(long offset)
    {
        LookAt(offset);
        (_hangUps, _trials) = (0, 0);
        return ++_refusals;
    }

    /// <summary>The server hung up soon after the record was sent, perhaps among others, and nothing was answered.</summary>
    public void HungUp(long offset)
    {
        LookAt(offset);
        _hangUps++;
    }

    /// <summary>The server hung up on the record alone, sooner after it was sent than the connection had held without it.</summary>
    public void HungUpAlone(long offset)
    {
        LookAt(offset);
        _hangUps = SuspectedAfter;
        _trials++;
    }

    /// <summary>
    /// A connection for a trial ended in any other way, so the link fails by itself, and may have done so before: only trials in a row
    /// convict.
    /// </summary>
    public void TrialFailed() => _trials = 0;

    private void LookAt(long offset)
    {
        if (offset != _offset)
        {
            (_offset, _refusals, _hangUps, _trials) = (offset, 0, 0, 0);
        }
    }
}
