namespace Roost.Mqtt.Loop;

/// <summary>
/// What other threads want done on the loop: a lock-free stack that any thread pushes to and the loop empties, oldest first. The loop is
/// woken only when it may be asleep, so that a burst of posts costs one system call.
/// </summary>
internal sealed class Mailbox(Action wake)
{
    private static readonly Letter s_closed = new ClosedMark();

    private Letter? _newest;
    private int _mayBeAsleep;
    private int _isWanted;

    /// <summary>Any thread. The letter belongs to the loop from now on; after <see cref="Close"/> it is refused.</summary>
    public void Post(Letter letter)
    {
        var newest = Volatile.Read(ref _newest);
        while (true)
        {
            if (newest == s_closed)
            {
                letter.Refuse();
                return;
            }

            letter.Next = newest;
            var seen = Interlocked.CompareExchange(ref _newest, letter, newest);
            if (seen == newest)
            {
                break;
            }

            newest = seen;
        }

        EndWait();
    }

    /// <summary>Any thread: the loop makes at least one whole turn that begins after this call.</summary>
    public void Wake()
    {
        Volatile.Write(ref _isWanted, 1);
        EndWait();
    }

    /// <summary>Loop only, before it waits.</summary>
    /// <returns>False when there is post, or a turn is wanted: then the loop must not wait.</returns>
    public bool PrepareToSleep()
    {
        Interlocked.Exchange(ref _mayBeAsleep, 1); // a full fence: a post that we do not see below sees this
        return Volatile.Read(ref _newest) is null && Volatile.Read(ref _isWanted) == 0;
    }

    /// <summary>Loop only, after it waited and before it looks at anything.</summary>
    public void AwokeAgain()
    {
        Volatile.Write(ref _mayBeAsleep, 0);
        Interlocked.Exchange(ref _isWanted, 0); // a full fence: what was done before a Wake that this clears is seen in this turn
    }

    /// <summary>Loop only: opens everything posted so far.</summary>
    public void Drain()
    {
        if (Volatile.Read(ref _newest) is null)
        {
            return;
        }

        Letter? oldest = null;
        for (var letter = Interlocked.Exchange(ref _newest, null); letter is not null;)
        {
            var next = letter.Next;
            letter.Next = oldest;
            oldest = letter;
            letter = next;
        }

        while (oldest is not null)
        {
            var next = oldest.Next;
            oldest.Next = null;
            oldest.Open();
            oldest = next;
        }
    }

    /// <summary>Loop only, once, at its very end: refuses what was not opened, and all that comes later.</summary>
    public void Close()
    {
        for (var letter = Interlocked.Exchange(ref _newest, s_closed); letter is not null;)
        {
            var next = letter.Next;
            letter.Next = null;
            letter.Refuse();
            letter = next;
        }
    }

    private void EndWait()
    {
        if (Interlocked.Exchange(ref _mayBeAsleep, 0) != 0)
        {
            wake();
        }
    }

    /// <summary>Stands in the place of the newest letter when there will be no other.</summary>
    private sealed class ClosedMark : Letter
    {
        public override void Open()
        {
        }

        public override void Refuse()
        {
        }
    }
}
