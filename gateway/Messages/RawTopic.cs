using Roost.Mqtt;

namespace Roost.Gateway.Messages;

/// <summary>
/// The topic in a request's path. AWS's clients send it as one segment with <c>%2F</c> for the slashes, people write plain slashes.
/// Both are read from the raw request target: the server's decoded path cannot tell <c>%2F</c> from <c>%252F</c>, and folds <c>..</c>.
/// </summary>
internal static class RawTopic
{
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
        return TopicName.TryParse(Uri.UnescapeDataString(encoded), out topic);
    }
}
