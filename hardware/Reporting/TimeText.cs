using System.Globalization;

namespace Roost.Hardware.Reporting;

/// <summary>Times in what the room publishes: RFC 3339 in UTC, to the millisecond.</summary>
internal static class TimeText
{
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
