using Microsoft.Extensions.Logging;
using Roost.Storage;
using Roost.Storage.Files;
using Roost.Storage.Logs;

namespace Roost.Identity.Audit;

/// <summary>The chain on the disk: the log, and its signed head beside it. One thread at a time appends.</summary>
internal sealed partial class AuditLog : IAsyncDisposable
{
    public const string FolderName = "audit";
    public const string PublicKeyFileName = "public-key.pem";

    /// <summary>Nine texts of <see cref="AuditRecordCodec.MaxText"/> characters, six bytes each at worst, and what surrounds them.</summary>
    public const int MaxRecordBytes = 64 * 1024;

    private const string SegmentsFolderName = "log";
    private const int SegmentBytes = 4 * 1024 * 1024;

    private readonly AuditKey _key;
    private readonly SlotFile _head;
    private readonly TimeProvider _clock;
    private AuditChain _chain;
    private long _offset = -1;
    private long _noted = -1;

    private AuditLog(string folder, AppendLog log, SlotFile head, AuditKey key, TimeProvider clock)
    {
        (Folder, Log, _head, _key, _clock) = (folder, log, head, key, clock);
    }

    /// <summary>A stream's headers block without headers: the payload is text (docs/formats/stream-record.md).</summary>
    public static ReadOnlySpan<byte> Headers => [1, 2];

    public string Folder { get; }

    public AppendLog Log { get; }

    public AuditKey Key => _key;

    /// <summary>What was found to be wrong with the end of the chain when it was opened; null: nothing.</summary>
    public string? Finding { get; private set; }

    /// <summary>Why the identity database is taken for one that was put back; null: it is the one that was here.</summary>
    public string? Restored { get; private set; }

    /// <summary>The end of the chain as it is durable, to be noted in the database; null: nothing was appended since the start.</summary>
    public AuditNote? End => _offset < 0 ? null : new AuditNote(_offset, _chain, _clock.GetUtcNow(), IsRestored: false);

    public static string SegmentsOf(string folder) => Path.Combine(folder, SegmentsFolderName);

    /// <param name="identityFolder">Has the key; the audit is a folder in it.</param>
    /// <param name="note">What the identity database knows of it; null: nothing.</param>
    /// <exception cref="IdentityDamagedException">The key is damaged.</exception>
    /// <exception cref="IOException">The folder is in use, or cannot be read or written.</exception>
    public static AuditLog Open(string identityFolder, AuditOptions options, AuditNote? note, TimeProvider clock, ILogger logger, StorageMetrics? metrics)
    {
        var folder = Path.Combine(identityFolder, FolderName);
        var key = AuditKey.Open(identityFolder);
        AppendLog? log = null;
        SlotFile? head = null;
        try
        {
            log = AppendLog.Open(SegmentsOf(folder), LogOptions(options), clock, logger, metrics);
            log.KeepFrom = 0; // until the head was compared
            WritePublicKey(Path.Combine(folder, PublicKeyFileName), key.PublicPem);
            head = OpenHead(folder, metrics);
            if (key.IsNew && log.NextOffset == 0)
            {
                new AuditHead(0, AuditChain.Empty, Noted: -1).Write(head, key); // before the key: an empty log beside a key that has a head was emptied by somebody
            }

            if (key.IsNew)
            {
                key.Keep(identityFolder);
            }

            var audit = new AuditLog(folder, log, head, key, clock);
            audit.Resume(note);
            return audit;
        }
        catch
        {
            head?.Dispose();
            log?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            key.Dispose();
            throw;
        }
    }

    /// <summary>Appends entries in order and waits until they are durable.</summary>
    /// <param name="failure">Why the others were not kept; null when all were.</param>
    /// <returns>How many were kept, from the first on.</returns>
    public async Task<(int Kept, Exception? Failure)> AppendAsync(IReadOnlyList<(DateTimeOffset Time, AuditEntry Entry, long? Count)> entries, bool endsWithCheckpoint = false)
    {
        var links = new List<(long Offset, AuditChain Chain, int Entries)>(entries.Count + 1);
        Exception? failure = null;
        try
        {
            var chain = _chain;
            for (var i = 0; i < entries.Count; i++)
            {
                chain = chain.NextIsCheckpoint ? AppendCheckpoint(chain, links, i) : chain;
                (var bytes, chain) = chain.Append(entries[i].Time, entries[i].Entry, entries[i].Count, _key);
                links.Add((Log.Append([], Headers, bytes), chain, i + 1));
            }

            if (endsWithCheckpoint)
            {
                AppendCheckpoint(chain, links, entries.Count);
            }
        }
        catch (Exception exception) when (exception is LogFullException or LogFailedException)
        {
            failure = exception;
        }

        var kept = 0;
        var last = -1;
        try
        {
            for (var i = 0; i < links.Count; i++)
            {
                await Log.WaitDurableAsync(links[i].Offset);
                (last, kept) = (i, links[i].Entries);
            }
        }
        catch (Exception exception) when (exception is LogFullException or LogFailedException)
        {
            failure = exception;
        }

        if (last >= 0)
        {
            (_chain, _offset) = (links[last].Chain, links[last].Offset);
            failure = WriteHead() ?? failure;
            Log.KeepFrom = _offset; // retention leaves the record that the head names
        }

        return (kept, failure);
    }

    /// <summary>Signs that the database has a note, which is durable there.</summary>
    public IOException? Noted(AuditNote note)
    {
        _noted = note.Chain.Sequence;
        return WriteHead();
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        _head.Dispose();
        _key.Dispose();
    }

    private AuditChain AppendCheckpoint(AuditChain chain, List<(long Offset, AuditChain Chain, int Entries)> links, int entries)
    {
        (var bytes, chain) = chain.AppendCheckpoint(_clock.GetUtcNow(), _key);
        links.Add((Log.Append([], Headers, bytes), chain, entries));
        return chain;
    }

    /// <summary>Records are durable without it, so that its failure refuses nobody: the next write mends it.</summary>
    private IOException? WriteHead()
    {
        try
        {
            new AuditHead(_offset, _chain, _noted).Write(_head, _key);
            return null;
        }
        catch (IOException exception)
        {
            return exception;
        }
    }

    /// <summary>Only where it is another: a disk may be full when the daemon starts.</summary>
    private static void WritePublicKey(string path, string pem)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != pem)
        {
            File.WriteAllText(path, pem);
        }
    }

    private static SlotFile OpenHead(string folder, StorageMetrics? metrics)
    {
        var path = Path.Combine(folder, AuditHead.FileName);
        try
        {
            return AuditHead.OpenFile(folder, metrics);
        }
        catch (InvalidDataException)
        {
            File.Move(path, path + ".damaged", overwrite: true); // evidence; the chain says that it was so
            return AuditHead.OpenFile(folder, metrics);
        }
    }

    private static AppendLogOptions LogOptions(AuditOptions options) => new()
    {
        SegmentBytes = SegmentBytes,
        MaxRecordBytes = MaxRecordBytes,
        Retention = new LogRetention(options.Bytes, options.Age),
        Full = LogFullPolicy.DropOldest,
        OpensDamaged = true, // damage is evidence to be read around, and no reason to keep robots out
    };
}
