namespace Roost.Mqtt.Client.Sessions;

/// <summary>Which Packet Identifiers are in use: publications and requests share the 65,535 of them [MQTT-2.2.1-3].</summary>
internal sealed class PacketIdentifiers
{
    private readonly HashSet<ushort> _used = [];
    private ushort _last;

    /// <summary>The next that is free. Limits on what may be open see to it that there is one.</summary>
    public ushort Take()
    {
        do
        {
            _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        }
        while (!_used.Add(_last));

        return _last;
    }

    public void Return(ushort identifier) => _used.Remove(identifier);
}
