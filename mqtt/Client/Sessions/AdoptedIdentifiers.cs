using Roost.Mqtt.Client.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>
/// A session that an earlier process left at the server: there, any Packet Identifier may stand for a QoS 2 message of that process,
/// and ours under the same number would be taken for its repetition and lost. So before the first use of each number the server
/// is told to be done with it (PUBREL).
/// </summary>
internal sealed class AdoptedIdentifiers
{
    private readonly HashSet<ushort> _cleared = [];

    public void Clear(PacketOutput output, ushort identifier)
    {
        if (_cleared.Add(identifier))
        {
            output.SendAcknowledgement(PacketType.PubRel, identifier); // answered by a PUBCOMP that nobody waits for
        }
    }
}
