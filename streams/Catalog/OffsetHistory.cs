using Roost.Storage.Logs;
using Roost.Streams.Definitions;
using Roost.Streams.Export.Progress;

namespace Roost.Streams.Catalog;

/// <summary>Whether a stream that is being opened is going to give out offsets that other records have had: ADR 0142.</summary>
internal static class OffsetHistory
{
    /// <param name="document">As the process before has left it.</param>
    /// <param name="log">Open; no cursor of it is.</param>
    /// <returns>How that is known; null where it goes on behind its last record.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public static string? WhyGivenAgain(StreamDocument document, AppendLog log) =>
        Math.Max(log.FurthestCursor(), ExportProgress.Furthest(log.Folder)) is var furthest && furthest > log.NextOffset
            ? $"records up to offset {furthest - 1} were read or exported, and the last one here is {log.NextOffset - 1}"
            : document.IsCopy
                ? "its folder is a copy, as after a restore"
                : document.Opening is { } opening && opening.MayHaveLost(log.Boot)
                    ? $"durability was {opening.Durability}, and it was not closed"
                    : null;

    /// <summary>Sets back what was noted of records that are not there: once the new incarnation is noted, for a start tells by it that there has to be one.</summary>
    /// <exception cref="IOException">The disk refused; the next start has another incarnation then.</exception>
    public static void Settle(AppendLog log)
    {
        foreach (var name in log.CursorNames)
        {
            try
            {
                log.OpenCursor(name, 0);
            }
            catch (InvalidDataException)
            {
                // Its owner is told. It said nothing here either.
            }
        }

        ExportProgress.CutTo(log.Folder, log.NextOffset);
    }
}
