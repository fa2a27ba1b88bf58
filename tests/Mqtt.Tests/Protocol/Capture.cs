using System.Globalization;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>A packet as a real client or server sent it.</summary>
internal sealed record Capture(MqttProtocolVersion Version, PacketSender Sender, byte[] Bytes)
{
    /// <summary>Those of <c>captures.txt</c>, which is embedded.</summary>
    public static IReadOnlyList<Capture> All { get; } = Read();

    private static List<Capture> Read()
    {
        using var stream = typeof(Capture).Assembly.GetManifestResourceStream("captures.txt")!;
        using var reader = new StreamReader(stream);
        var captures = new List<Capture>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                var fields = line.Split(' ');
                captures.Add(new Capture(
                    (MqttProtocolVersion)byte.Parse(fields[0], CultureInfo.InvariantCulture),
                    fields[1] == "C" ? PacketSender.Client : PacketSender.Server,
                    Convert.FromHexString(fields[2])));
            }
        }

        return captures;
    }
}
