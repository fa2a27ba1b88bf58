namespace Roost.Mqtt.Routing;

/// <summary>The members of one shared subscription that matches a topic; each message goes to one of them (MQTT 5 section 4.8.2).</summary>
internal sealed class ShareGroup(Receiver[] members)
{
    private int _next;

    /// <summary>The next member in turn that can be sent to now; when none can, the next one that keeps messages for later.</summary>
    public bool TryChoose(out Receiver chosen)
    {
        var fallback = -1;
        for (var i = 0; i < members.Length; i++)
        {
            var index = (_next + i) % members.Length;
            if (members[index].Session.CanSendNow)
            {
                return Choose(index, out chosen);
            }

            if (fallback < 0 && members[index].Session.KeepsMessages)
            {
                fallback = index;
            }
        }

        if (fallback >= 0)
        {
            return Choose(fallback, out chosen);
        }

        chosen = default;
        return false;
    }

    private bool Choose(int index, out Receiver chosen)
    {
        _next = index + 1;
        chosen = members[index];
        return true;
    }
}
