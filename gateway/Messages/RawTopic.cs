using System.Buffers;
using System.Text;
using Roost.Mqtt;

namespace Roost.Gateway.Messages;

/// <summary>
/// The topic in a request's path. AWS's clients send it as one segment with <c>%2F</c> for the slashes, people write plain slashes.
/// Both are read from the raw request target: the server's decoded path cannot tell <c>%2F</c> from <c>%252F</c>, and folds <c>..</c>.
/// </summary>
internal static class RawTopic
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="prefix">What stands before the topic, with its last slash.</param>
    public static bool TryParse(string rawTarget, string prefix, out TopicName topic)
    {
        topic = default;
        if (!rawTarget.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var end = rawTarget.IndexOf('?');
        var encoded = end < 0 ? rawTarget[prefix.Length..] : rawTarget[prefix.Length..end];
        return Decode(encoded) is { } text && TopicName.TryParse(text, out topic);
    }

    /// <returns>Null when an escape is incomplete, or the bytes are no UTF-8: the framework's own decoder would leave both as they are.</returns>
    private static string? Decode(string encoded)
    {
        var bytes = Encoding.UTF8.GetBytes(encoded);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++, length++)
        {
            if (bytes[i] != '%')
            {
                bytes[length] = bytes[i];
            }
            else if (i + 2 < bytes.Length && Convert.FromHexString(bytes.AsSpan(i + 1, 2), bytes.AsSpan(length, 1), out _, out _) == OperationStatus.Done)
            {
                i += 2;
            }
            else
            {
                return null;
            }
        }

        try
        {
            return _strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
