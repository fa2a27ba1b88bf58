namespace Roost.Streams.Producers;

/// <summary>The producers of one stream: what each has appended last, so that a repetition is told from something new. Any thread may call.</summary>
internal sealed class ProducerTable(StreamName stream, TimeProvider clock)
{
    public const int MostProducers = 1000;

    /// <summary>
    /// In a full table, a new producer takes the place of the one that was silent for longest, if it was for so long by what this process has counted: a wall
    /// clock that jumps makes nobody a stranger.
    /// </summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ProducerState> _producers = new(StringComparer.Ordinal);
    private readonly long _begin = clock.GetTimestamp();

    /// <summary>Copies, by name; those of whom nothing is kept yet are left out.</summary>
    public IReadOnlyList<ProducerState> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _producers.Values.Where(producer => producer.Epoch >= 0).OrderBy(producer => producer.Name, StringComparer.Ordinal).Select(producer => producer.Copy())];
            }
        }
    }

    /// <summary>Waits until no batch of the producer is under way.</summary>
    /// <exception cref="StreamRefusedException">There are as many producers as may be, all of them at work.</exception>
    public async Task<ProducerState> EnterAsync(string name)
    {
        ProducerState producer;
        lock (_gate)
        {
            if (!_producers.TryGetValue(name, out producer!))
            {
                MakeRoom();
                producer = _producers[name] = new ProducerState(name, epoch: -1);
                Touch(producer);
            }

            producer.Waiting++;
        }

        await producer.Turn.WaitAsync();
        return producer;
    }

    public void Leave(ProducerState producer)
    {
        producer.Turn.Release();
        lock (_gate)
        {
            if (--producer.Waiting == 0 && producer.Epoch < 0)
            {
                _producers.Remove(producer.Name); // its first batch was refused: there is nothing to remember
            }
        }
    }

    /// <returns>How many of the batch's records are kept already, from its first on.</returns>
    /// <exception cref="OutOfSequenceException">It is not what comes next, nor remembered.</exception>
    public int CountKept(ProducerState producer, ProducerSequence first, int count)
    {
        lock (_gate)
        {
            if (first.Epoch < producer.Epoch)
            {
                throw new OutOfSequenceException(stream, first, producer.Epoch, producer.Next, "is shut out: the producer has begun a later epoch since");
            }

            if (first.Epoch > producer.Epoch)
            {
                return first.Sequence == 0 ? 0 : throw new OutOfSequenceException(
                    stream, first, first.Epoch, 0, producer.Epoch < 0 ? "has no beginning: the producer is not known here, or others have taken its place while it was silent" : "has no beginning: a new epoch begins with sequence 0");
            }

            if (first.Sequence > producer.Next)
            {
                throw new OutOfSequenceException(stream, first, producer.Epoch, producer.Next, "leaves a gap: records before it have not arrived");
            }

            var kept = (int)Math.Min(count, producer.Next - first.Sequence);
            return kept == 0 || producer.OffsetOf(first.Sequence) is not null
                ? kept
                : throw new OutOfSequenceException(stream, first, producer.Epoch, producer.Next, "was appended long ago, and where is not remembered any more");
        }
    }

    /// <summary>Records that follow what is known of the producer are kept, in the order of their sequences.</summary>
    public void Note(ProducerState producer, long epoch, long offset, int count)
    {
        lock (_gate)
        {
            if (producer.Epoch != epoch)
            {
                producer.Begin(epoch);
            }

            producer.Add(offset, count);
            Touch(producer);
        }
    }

    public long OffsetOf(ProducerState producer, long sequence)
    {
        lock (_gate)
        {
            return producer.OffsetOf(sequence) ?? throw new InvalidOperationException("What was just found or noted is remembered.");
        }
    }

    /// <summary>The producer's next epoch begins, and shuts out those before.</summary>
    public void BeginEpoch(ProducerState producer)
    {
        lock (_gate)
        {
            producer.Begin(producer.Epoch + 1);
            Touch(producer);
        }
    }

    /// <summary>A record that is in the log, in the log's order: how the table is made again after a kill.</summary>
    public void Replay(ProducerSequence mark, long offset, DateTimeOffset time)
    {
        lock (_gate)
        {
            if (!_producers.TryGetValue(mark.Producer, out var producer))
            {
                producer = _producers[mark.Producer] = new ProducerState(mark.Producer, epoch: -1);
            }

            if (mark.Epoch > producer.Epoch)
            {
                producer.Begin(mark.Epoch);
            }

            if (mark.Epoch == producer.Epoch && mark.Sequence >= producer.Next)
            {
                producer.Skip(mark.Sequence);
                producer.Add(offset, 1);
                producer.UsedAt = time;
            }
        }
    }

    /// <summary>Records at and beyond this offset were lost, with less durability than against power cuts: they are to come again.</summary>
    public void CutTo(long end)
    {
        lock (_gate)
        {
            foreach (var producer in _producers.Values)
            {
                producer.CutTo(end);
            }
        }
    }

    /// <summary>What a file had.</summary>
    public void Restore(ProducerState producer)
    {
        lock (_gate)
        {
            _producers[producer.Name] = producer;
        }
    }

    private void Touch(ProducerState producer) => (producer.UsedAt, producer.TouchedAt) = (clock.GetUtcNow(), clock.GetTimestamp());

    private void MakeRoom()
    {
        if (_producers.Count < MostProducers)
        {
            return;
        }

        var silent = _producers.Values.Where(producer => producer.Waiting == 0).MinBy(producer => (producer.TouchedAt ?? _begin, producer.UsedAt));
        if (silent is null || clock.GetElapsedTime(silent.TouchedAt ?? _begin) < s_silence)
        {
            throw new StreamRefusedException(
                stream, $"Stream '{stream}' has {MostProducers} producers at work and remembers no more. Use fewer producer ids: one for each program that appends, not one for each batch.", isFault: false);
        }

        _producers.Remove(silent.Name);
    }
}
