namespace Roost.Mqtt.Core;

/// <summary>
/// Reason Strings for people who look at the wire: why one message or one filter was refused. Not for what comes with every message of an
/// overload (0x97, 0x83): there each byte counts.
/// </summary>
internal static class ReasonTexts
{
    /// <returns>UTF-8 of at most 100 bytes; empty where the code says it all.</returns>
    public static ReadOnlySpan<byte> OfPublish(ReasonCode reasonCode) => reasonCode switch
    {
        ReasonCode.NotAuthorized => "the client may not publish to this topic: no policy allows it, or it is the broker's own"u8,
        ReasonCode.PayloadFormatInvalid => "the payload is not the UTF-8 that it is said to be"u8,
        _ => default,
    };

    /// <returns>Null where nothing was refused.</returns>
    public static string? OfSubscribe(IReadOnlyList<ReasonCode> reasonCodes)
    {
        string? text = null;
        foreach (var reasonCode in reasonCodes)
        {
            var reason = reasonCode switch
            {
                ReasonCode.NotAuthorized => "the client may not subscribe to this",
                ReasonCode.QuotaExceeded => "the client has as many subscriptions as it may",
                _ => null,
            };
            if (reason is not null)
            {
                text = text is null || text == reason ? reason : "several filters were refused, for different reasons";
            }
        }

        return text;
    }
}
