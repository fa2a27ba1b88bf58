using System.Globalization;
using System.Runtime.InteropServices;

namespace Roost.Shadow;

/// <summary>
/// One state of one shadow, as its <c>ETag</c> says it. Versions begin again at 1 when a shadow comes back 48 hours after its deletion;
/// with the second of the change beside it, no revision of the shadow that is gone is one of the new.
/// </summary>
/// <param name="UpdatedSeconds">Time of the change, seconds since 1970.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ShadowRevision(long Version, long UpdatedSeconds)
{
    /// <summary>Like <c>17-692a1f40</c>: the version, and the time in hexadecimal.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version}-{UpdatedSeconds:x}");

    public static bool TryParse(ReadOnlySpan<char> text, out ShadowRevision revision)
    {
        revision = default;
        var dash = text.IndexOf('-');
        if (dash < 0
            || !long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || !long.TryParse(text[(dash + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var seconds))
        {
            return false;
        }

        revision = new ShadowRevision(version, seconds);
        return true;
    }

    internal static ShadowRevision Of(Documents.ShadowRecord record) => new(record.Version, record.UpdatedSeconds);
}
