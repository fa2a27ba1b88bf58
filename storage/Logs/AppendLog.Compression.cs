using Microsoft.Extensions.Logging;
using Roost.Storage.Files;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>Compression of sealed segments, in the background. The committer starts it and never waits for it.</summary>
public sealed partial class AppendLog
{
    /// <summary>Of those found at opening, only so many of the youngest are looked at: what was not compressed before was not worth it, but for what a kill left undone.</summary>
    private const int ReconsideredSegments = 4;

    private static readonly TimeSpan s_roomAgainAfter = TimeSpan.FromSeconds(10);

    // Whoever puts another file in the place of a segment's, or removes it: not held over more than that. Taken before the gate.
    private readonly Lock _filesGate = new();

    // Guarded by the gate.
    private Task _compressing = Task.CompletedTask;

    private readonly CancellationTokenSource _compressionEnds = new();

    private static void SettleOld(List<Segment> segments)
    {
        for (var segment = 0; segment < segments.Count - ReconsideredSegments; segment++)
        {
            segments[segment].IsCompressionSettled = true;
        }
    }

    /// <summary>Committer only.</summary>
    private void StartCompression()
    {
        if (_options.Compression == LogCompression.None)
        {
            return;
        }

        lock (_gate)
        {
            if (_compressing.IsCompleted && NextToCompress() is not null)
            {
                _compressing = Task.Run(CompressAsync);
            }
        }
    }

    /// <summary>The oldest that has another sealed one behind it: who follows the log is done with it, and what is freed soon after it was written is not written twice. Null without any.</summary>
    private Segment? NextToCompress()
    {
        for (var segment = 0; segment < _segments.Count - 2 && !_disposed && _options.Compression != LogCompression.None; segment++)
        {
            if (_segments[segment] is { IsCompressed: false, IsCompressionSettled: false } found)
            {
                return found;
            }
        }

        return null;
    }

    private async Task CompressAsync()
    {
        while (true)
        {
            Segment? segment;
            lock (_gate)
            {
                segment = NextToCompress();
            }

            if (segment is null)
            {
                return;
            }

            try
            {
                if (!SegmentCompressor.HasRoomFor(segment))
                {
                    await WaitForRoomAsync();
                    continue;
                }

                var compressor = new SegmentCompressor(_options.Compression, _metrics);
                var bytes = await compressor.CompressAsync(segment, () => IsKept(segment));
                segment.IsCompressionSettled = true;
                if (bytes is { } size)
                {
                    Replace(segment, size);
                }
            }
            catch (FileNotFoundException)
            {
                segment.IsCompressionSettled = true; // trimmed meanwhile
            }
            catch (IOException exception) when (DiskFile.IsFull(exception))
            {
                await WaitForRoomAsync(); // others were quicker to take it
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CorruptLogException)
            {
                // The segment is as it was. Looked at again when the log is opened, if it is still young.
                segment.IsCompressionSettled = true;
                Log.SegmentNotCompressed(_logger, segment.Path, exception);
            }
        }
    }

    /// <summary>As long as the log is open: a disk that was full for an hour must not leave what was sealed then as it is for ever.</summary>
    private async Task WaitForRoomAsync() =>
        await Task.Delay(s_roomAgainAfter, _clock, _compressionEnds.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private bool IsKept(Segment segment)
    {
        lock (_gate)
        {
            return !_disposed && _segments.Contains(segment);
        }
    }

    /// <summary>The compressed copy takes the segment's name. Readers that are in the old file go on with it.</summary>
    private void Replace(Segment segment, long bytes)
    {
        var copy = SegmentCompressor.PathOf(segment.Path);
        lock (_filesGate)
        {
            if (!IsKept(segment))
            {
                File.Delete(copy);
                return;
            }

            File.Move(copy, segment.Path, overwrite: true);
            lock (_gate)
            {
                segment.IsCompressed = true;
                var saved = segment.UsedBytes - bytes;
                segment.UsedBytes = bytes;
                _sealedBytes -= _segments.Contains(segment) ? saved : 0;
                _metrics.Compressed(saved);
            }
        }

        DiskFile.SyncFolder(Folder);
        _metrics.Synced(1);
    }
}
