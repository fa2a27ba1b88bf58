using System.Globalization;
using Roost.Mqtt;
using Roost.Streams.Catalog;

namespace Roost.Streams.Imports;

/// <summary>
/// Appends the records of another gateway's stream, each once: over repetitions, and over a crash between the append and the note of how far it
/// came. The note says before each append from where on the stream may have some of it; after a crash these are looked at.
/// </summary>
internal sealed class StreamImport(StreamsFolder folder) : IDisposable
{
    public const string OriginHeader = "roost-origin";
    public const string OffsetHeader = "roost-origin-offset";
    public const string TimeHeader = "roost-origin-timestamp";

    private const int ReadRecords = 1000;
    private const int ReadBytes = 1024 * 1024;

    private readonly SemaphoreSlim _one = new(1); // imports are rare, and notes have one writer

    /// <returns>The offset of the origin that comes next; null when nothing was imported from it.</returns>
    /// <inheritdoc cref="AppendAsync"/>
    public async Task<long?> NextAsync(RecordStream target, ImportOrigin origin, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return Look(target, origin)?.Next;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <param name="target">Takes the records.</param>
    /// <param name="origin">Where they come from.</param>
    /// <param name="first">All records of the origin from here up to <paramref name="next"/> that there are.</param>
    /// <param name="next">The offset after them.</param>
    /// <param name="records">In the order of their offsets, within these bounds.</param>
    /// <param name="allowGap">Take them also where records before <paramref name="first"/> are missing.</param>
    /// <param name="cancellationToken">Ends the waiting for others; an append that was begun is finished.</param>
    /// <returns>How many were appended; the others were there already.</returns>
    /// <exception cref="ImportGapException">Records before them are missing.</exception>
    /// <exception cref="InvalidDataException">The note of an earlier import is damaged.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    /// <exception cref="StreamRefusedException">The stream takes no records.</exception>
    public async Task<int> AppendAsync(RecordStream target, ImportOrigin origin, long first, long next, IReadOnlyList<ImportedRecord> records, bool allowGap, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var note = Look(target, origin);
            if (note is not null && first > note.Next && !allowGap)
            {
                throw new ImportGapException(origin, note.Next, first);
            }

            var unknown = records.Where(record => record.Offset >= (note?.Next ?? 0)).Select(record => WithOrigin(record, origin)).ToList();
            if (next <= note?.Next)
            {
                return 0;
            }

            var path = PathOf(target, origin);
            if (unknown.Count > 0)
            {
                new ImportNote(note?.Next ?? 0, target.DurableOffset).Write(path, origin);
                await target.AppendAsync(unknown, CancellationToken.None);
            }

            new ImportNote(next, PendingFrom: null).Write(path, origin);
            return unknown.Count;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private string PathOf(RecordStream target, ImportOrigin origin) => Path.Combine(folder.Of(target.Name), origin.NoteFileName);

    private ImportNote? Look(RecordStream target, ImportOrigin origin)
    {
        var note = ImportNote.Read(PathOf(target, origin));
        if (note?.PendingFrom is not { } from)
        {
            return note;
        }

        // The daemon ended, or the append failed half way: what is in the stream counts.
        var next = note.Next;
        using var reader = target.OpenReader(Math.Max(from, target.FirstOffset));
        while (reader.TryRead(ReadRecords, ReadBytes, out var records))
        {
            next = records.Select(record => OffsetOf(record, origin) + 1 ?? 0).Append(next).Max();
        }

        return next == 0 ? null : note with { Next = next };
    }

    private static long? OffsetOf(in StreamRecord record, ImportOrigin origin) =>
        record.Headers is [.., { Name: OriginHeader } from, { Name: OffsetHeader } offset, { Name: TimeHeader }] && from.Value == origin.Text
            && long.TryParse(offset.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Last, so that those of an earlier import of the same record do not count.</summary>
    private static NewRecord WithOrigin(in ImportedRecord record, ImportOrigin origin) => record.Record with
    {
        Headers =
        [
            .. record.Record.Headers ?? [],
            new UserProperty(OriginHeader, origin.Text),
            new UserProperty(OffsetHeader, record.Offset.ToString(CultureInfo.InvariantCulture)),
            new UserProperty(TimeHeader, record.Timestamp.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
        ],
    };
}
