using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Retained;

/// <summary>
/// How far a subscription has been served with the retained messages that stood when it was made, in the order in which they were set. It
/// knows them by their keys: one that is replaced, removed or expired before its turn is not kept for it, and not sent.
/// </summary>
/// <param name="through">Key of the last message that stood.</param>
internal sealed class RetainedCursor(Subscription subscription, long through)
{
    private long[]? _keys; // looked for when its turn comes: a session may have a thousand cursors
    private int _next;
    private long _taken = -1; // key of the last one
    private HashSet<long>? _early; // taken before their turn

    /// <summary>Another one for the same filter may take its place.</summary>
    public Subscription Subscription { get; set; } = subscription;

    /// <summary>The next message that still stands; null at the end.</summary>
    public StoredMessage? Take(RetainedMessages retained)
    {
        _keys ??= FindKeys(retained);
        while (_next < _keys.Length)
        {
            _taken = _keys[_next++];
            if (_early?.Remove(_taken) != true && retained.Find(_taken) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    /// <summary>A newer message of the same topic is about to be sent, and this one must not come after it.</summary>
    /// <returns>False: it is not to be sent, or has been.</returns>
    public bool TryTakeEarly(StoredMessage message) =>
        message.RetainedKey > _taken && message.RetainedKey <= through && TopicLevels.Match(Subscription.Filter, message.Topic)
            && (_early ??= []).Add(message.RetainedKey);

    private long[] FindKeys(RetainedMessages retained)
    {
        var matches = new List<StoredMessage>();
        retained.Match(Subscription.Filter, matches);
        var keys = new long[matches.Count];
        var count = 0;
        foreach (var match in matches)
        {
            if (match.RetainedKey <= through)
            {
                keys[count++] = match.RetainedKey;
            }
        }

        Array.Sort(keys, 0, count);
        return count == keys.Length ? keys : keys[..count];
    }
}
