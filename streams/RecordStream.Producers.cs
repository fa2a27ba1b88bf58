using Roost.Storage.Logs;
using Roost.Streams.Producers;
using Roost.Streams.Records;

namespace Roost.Streams;

/// <summary>Appending with a sequence: what is repeated is not stored twice, also over a kill of the daemon.</summary>
public sealed partial class RecordStream
{
    /// <summary>Appends a producer's records that are not kept yet; waits until all are durable. Batches of one producer are done one after the other.</summary>
    /// <param name="first">Of the first record; the others follow it.</param>
    /// <exception cref="OutOfSequenceException">It is not what comes next of this producer, nor a repetition that is remembered.</exception>
    /// <exception cref="IOException">The stream's first producer could not be noted.</exception>
    /// <inheritdoc cref="AppendAsync(IReadOnlyList{NewRecord}, CancellationToken)"/>
    public async Task<ProducedRecords> AppendAsync(IReadOnlyList<NewRecord> records, ProducerSequence first)
    {
        ArgumentOutOfRangeException.ThrowIfZero(records.Count, nameof(records));
        ArgumentOutOfRangeException.ThrowIfNegative(first.Epoch, nameof(first));
        ArgumentOutOfRangeException.ThrowIfNegative(first.Sequence, nameof(first));
        var log = _slot.Appendable();
        var encoded = new EncodedRecord[records.Count];
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = new EncodedRecord(records[i], first with { Sequence = first.Sequence + i });
            encoded[i].ThrowIfLargerThan(_slot.MaxRecordBytes, Name);
        }

        var table = Producers.Table;
        var producer = await table.EnterAsync(first.Producer);
        try
        {
            var kept = table.CountKept(producer, first, encoded.Length);
            if (kept < encoded.Length)
            {
                await AppendNewAsync(log, producer, first, encoded[kept..]);
            }

            return new ProducedRecords(
                table.OffsetOf(producer, first.Sequence), table.OffsetOf(producer, first.Sequence + encoded.Length - 1), encoded.Length, kept);
        }
        finally
        {
            table.Leave(producer);
        }
    }

    /// <summary>Begins a producer's next epoch, durably: who still appends under an older one is refused.</summary>
    /// <returns>The epoch; its sequences begin at 0.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    internal Task<long> BeginEpochAsync(string producer) => Producers.BeginEpochAsync(_slot.Appendable(), producer);

    /// <summary>Writes what is known of producers where that is due.</summary>
    internal void NoteProducersIfDue()
    {
        if (_slot.OpenLog is { } log)
        {
            Producers.SaveIfDue(log);
        }
    }

    /// <summary>Before the stream closes: then the next start has nothing to read again.</summary>
    internal void NoteProducers()
    {
        if (_slot.OpenLog is { } log)
        {
            Producers.SaveBelow(log, long.MaxValue);
        }
    }

    private async Task AppendNewAsync(AppendLog log, ProducerState producer, ProducerSequence first, EncodedRecord[] records)
    {
        var begun = Producers.Begin(log);
        try
        {
            var batch = Append(log, records);
            try
            {
                await WaitDurableAsync(log, batch);
                Producers.Table.Note(producer, first.Epoch, batch.First, records.Length);
            }
            catch (Exception exception) when (exception is LogFullException or LogFailedException)
            {
                // A part may be kept, where it went into a segment that was finished before the disk refused: its repetition is told.
                if (await CountDurableAsync(log, batch) is var durable and > 0)
                {
                    Producers.Table.Note(producer, first.Epoch, batch.First, durable);
                }

                throw;
            }
        }
        finally
        {
            Producers.End(log, begun);
        }
    }

    private static async Task<int> CountDurableAsync(AppendLog log, OpenBatch batch)
    {
        for (var offset = batch.First; offset <= batch.Last; offset++)
        {
            try
            {
                await log.WaitDurableAsync(offset);
            }
            catch (Exception exception) when (exception is LogFullException or LogFailedException)
            {
                return (int)(offset - batch.First);
            }
        }

        return (int)(batch.Last - batch.First + 1);
    }
}
