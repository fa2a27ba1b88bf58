using Microsoft.Extensions.Logging;
using Roost.Storage.Files;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Formats;
using Roost.Streams.Export.Targets;
using Roost.Streams.Signing;

namespace Roost.Streams.Export.Files;

/// <summary>
/// Appends batches to a file, and closes it under a name that tells its offsets. What is in the folder is the only memory: offsets there
/// tell a repetition, also after a crash and on another stick. Layout: docs/formats/export-file.md.
/// </summary>
internal sealed partial class FileTarget : IExportTarget
{
    private const string UsualName = "file";

    private readonly ExportOptions _export;
    private readonly ExportFileOptions _options;
    private readonly BatchCompression _compression;
    private readonly FolderWatch _watch;
    private readonly Func<string> _gateway;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new(); // one writes at a time: a batch, or the timer that closes; held over the write, by no one else
    private readonly ITimer _timer;
    private string? _stem;
    private FileNames _names = null!;
    private OpenPart? _part;
    private long? _next; // of the records in the folder; null where it has none
    private bool _isDisposed;

    public FileTarget(ExportOptions export, Func<Mounts> mounts, Func<string> gateway, TimeProvider clock, ILogger logger)
    {
        _export = export;
        _options = export.File!;
        _compression = export.Compress ?? BatchCompression.Gzip;
        _watch = new FolderWatch(_options, mounts);
        _gateway = gateway;
        _clock = clock;
        _logger = logger;
        _timer = clock.CreateTimer(_ => CloseOldInBackground(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    // On the pool: a stick may take its time, and nothing can hurry it.
    public async ValueTask<Delivery> SendAsync(ExportBatch batch, CancellationToken cancellationToken) =>
        await Task.Run(() => Send(batch), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        lock (_gate)
        {
            _isDisposed = true; // the open file stays as it is: the next start goes on with it
        }
    }

    private Delivery Send(ExportBatch batch)
    {
        lock (_gate)
        {
            var bytes = batch.Bytes;
            try
            {
                if (_watch.Check() is { } fault)
                {
                    _part = null;
                    return fault;
                }

                TakeNamesOf(batch);
                LookAgain();
                Write(batch, ref bytes);
                return Delivery.Accepted;
            }
            catch (GatewayKeyException exception)
            {
                return Delivery.Busy(exception.Message);
            }
            catch (Exception exception) when (FolderFault.IsExpected(exception))
            {
                _part = null; // what is there is looked at before the next batch
                return FolderFault.ToDelivery(exception, _options.Folder, bytes);
            }
        }
    }

    /// <summary>No other export of this stream, no other gateway, and no later stream of the same name has these. A later one may come at any time.</summary>
    private void TakeNamesOf(ExportBatch batch)
    {
        var id = batch.StreamId.Length > 0 ? batch.StreamId : _gateway();
        var stem = $"{batch.Identity.Stream.Value}-{id}{(batch.Identity.Name == UsualName ? "" : $"-{batch.Identity.Name}")}";
        if (stem != _stem)
        {
            if (_part?.IsUntouched() == true)
            {
                Close(_part); // of a stream that is deleted: nothing more comes
            }

            (_stem, _names, _part, _next) = (stem, new FileNames(stem), null, null);
        }
    }

    private void Write(ExportBatch batch, ref long bytes)
    {
        var records = _next is { } next ? [.. batch.Records.Where(record => record.Offset >= next)] : batch.Records;
        if (records.Count == 0)
        {
            return; // all of them are in the folder: they were written before a crash, or before an answer was lost
        }

        var first = Math.Max(batch.First, _next ?? 0);
        var encoded = BatchEncoder.Encode(new ExportBatch(batch.Identity, first, batch.Next, records), _export.Format, _compression);
        var content = _compression == BatchCompression.Gzip ? GzipMember.Describe(encoded.Bytes.Span, first, batch.Next) : encoded.Bytes.Span;
        bytes = content.Length;
        if (_part is { } open && (open.Extension != encoded.Extension || first != open.Next || open.Length + bytes > _options.MaxFileBytes || IsOld(open)))
        {
            Close(open);
        }

        var isNew = _part is null;
        var part = _part ?? new OpenPart(Path.Combine(_options.Folder, _names.Part(first, encoded.Extension)), first, first, 0, encoded.Extension, _clock.GetUtcNow());
        _part = null; // until the write is done
        part = part.Append(content, batch.Next);
        if (isNew)
        {
            FileSystemSync.Entries(_options.Folder);
            _timer.Change(_options.MaxAge, Timeout.InfiniteTimeSpan);
        }

        (_part, _next) = (part, batch.Next);
    }

    /// <summary>Where the folder is not as it was left, or nothing is known of it yet, it is read. A file that was being written is cut behind the last whole batch, and gone on with.</summary>
    private void LookAgain()
    {
        if (_part?.IsUntouched() == true)
        {
            return;
        }

        (_part, _next) = (null, null);
        foreach (var file in _names.In(_options.Folder))
        {
            if (file.Next is { } next)
            {
                _next = Math.Max(_next ?? 0, next);
            }
            else
            {
                if (_part is { } former)
                {
                    Close(former); // two were open: an error of the disk came between
                }

                TakeUp(file);
            }
        }

        if (_part is not null)
        {
            _timer.Change(_options.MaxAge, Timeout.InfiniteTimeSpan);
        }
    }

    private void TakeUp(ExportedFile file)
    {
        if (new FileInfo(file.Path).LinkTarget is not null)
        {
            throw new IOException($"{file.Path} is a link, which Roost never made; remove it");
        }

        PartContent content;
        using (var part = new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
        {
            content = PartContent.Scan(part, file.Extension);
            if (content.Length < part.Length)
            {
                LogCut(file.Path, part.Length - content.Length);
                part.SetLength(content.Length);
                part.Flush(flushToDisk: true);
            }
        }

        if (content.Next is not { } next)
        {
            File.Delete(file.Path);
            return;
        }

        var now = _clock.GetUtcNow();
        var made = new DateTimeOffset(File.GetCreationTimeUtc(file.Path));
        _part = new OpenPart(file.Path, file.First, next, content.Length, file.Extension, made < now ? made : now);
        _next = Math.Max(_next ?? 0, next);
    }
}
