using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Roost.Shadow.Http;

/// <summary>The header <c>Prefer: wait=SECONDS</c> (RFC 7240 section 4.3): how long an answer may take when there is nothing new.</summary>
internal static class PreferredWait
{
    /// <summary>Longer waits are shortened to this, which <c>Preference-Applied</c> says.</summary>
    public const int MostSeconds = 300;

    /// <returns>Zero where the client prefers nothing, or something that cannot be read: a preference is never an error.</returns>
    public static TimeSpan Of(HttpRequest request)
    {
        foreach (var line in request.Headers["Prefer"])
        {
            foreach (var preference in (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                var parts = preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
                if (parts.Length == 2 && parts[0].Equals("wait", StringComparison.OrdinalIgnoreCase)
                    && long.TryParse(parts[1].Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                {
                    return TimeSpan.FromSeconds(Math.Min(seconds, MostSeconds)); // of several the first counts
                }
            }
        }

        return TimeSpan.Zero;
    }
}
