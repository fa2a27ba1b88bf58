using System.Globalization;
using Roost.Shadow.Journal;

namespace Roost.Shadow.Watching;

/// <summary>
/// A place in the journal of changes, as the id of an event says it: everything up to and including the change at <see cref="Offset"/> was sent.
/// The change's own time goes with it, so that a place in a journal that was removed or replaced is not taken for one in the new.
/// </summary>
/// <param name="Seconds">When that change was made, seconds since 1970.</param>
internal sealed record EventPosition(long Offset, long Seconds)
{
    public static EventPosition Of(ShadowChange change) => new(change.Offset, change.Record.UpdatedSeconds);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Offset}-{Seconds:x}");

    /// <returns>Null for what we never gave out.</returns>
    public static EventPosition? Parse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var seconds)
            ? new EventPosition(offset, seconds)
            : null;
    }
}
