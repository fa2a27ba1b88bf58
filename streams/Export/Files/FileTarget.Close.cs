using Microsoft.Extensions.Logging;
using Roost.Storage.Files;

namespace Roost.Streams.Export.Files;

/// <summary>Closing files, and removing old ones.</summary>
internal sealed partial class FileTarget
{
    private bool IsOld(OpenPart part) => _clock.GetUtcNow() - part.Since >= _options.MaxAge;

    /// <summary>Its batches are synced already: all that is left is the name.</summary>
    private void Close(OpenPart part)
    {
        _part = null;
        File.Move(part.Path, Path.Combine(_options.Folder, _names.Closed(part.First, part.Next, part.Extension)), overwrite: false);
        FileSystemSync.Entries(_options.Folder);
        RemoveOldest();
    }

    private void RemoveOldest()
    {
        if (_options.Keep is { Bytes: null, Files: null })
        {
            return;
        }

        var closed = _names.In(_options.Folder).Where(file => file.Next is not null).Select(file => (file.Path, new FileInfo(file.Path).Length)).ToList();
        var (files, bytes) = (closed.Count, closed.Sum(file => file.Length));
        foreach (var (path, length) in closed.TakeWhile(_ => files > (_options.Keep.Files ?? int.MaxValue) || bytes > (_options.Keep.Bytes ?? long.MaxValue)))
        {
            File.Delete(path);
            LogRemoved(path);
            (files, bytes) = (files - 1, bytes - length);
        }
    }

    private void CloseOldInBackground() => _ = Task.Run(() =>
    {
        lock (_gate)
        {
            try
            {
                if (!_isDisposed && _part is { } part && _watch.Check() is null && part.IsUntouched() && IsOld(part))
                {
                    Close(part);
                }
            }
            catch (Exception exception) when (FolderFault.IsExpected(exception))
            {
                LogNotClosed(_options.Folder, exception); // the next batch closes it
            }
        }
    });

    [LoggerMessage(4075, LogLevel.Warning, "{Path} was cut by {Bytes} bytes: what came behind its last whole batch had not been acknowledged, and is written again.")]
    private partial void LogCut(string path, long bytes);

    [LoggerMessage(4076, LogLevel.Information, "{Path} was removed: it is the oldest, and file.keep allows no more.")]
    private partial void LogRemoved(string path);

    [LoggerMessage(4077, LogLevel.Warning, "The file that is written in {Folder} could not be closed; the next batch closes it.")]
    private partial void LogNotClosed(string folder, Exception exception);
}
