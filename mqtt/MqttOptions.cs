using Roost.Storage;

namespace Roost.Mqtt;

/// <summary>What the broker listens on, and how it keeps sessions.</summary>
public sealed class MqttOptions
{
    public const string Section = "Mqtt";

    /// <summary>What metrics call the log of the session journal, whatever its folder is.</summary>
    public const string JournalName = "mqtt";

    /// <summary>Empty: nothing listens, and only this process uses the broker.</summary>
    public IList<MqttListenerOptions> Listeners { get; set; } = [];

    /// <summary>Of clients whose WebSocket another server of this process has accepted: see <see cref="MqttBroker.ServeAsync"/>.</summary>
    public MqttHttpOptions Http { get; set; } = new();

    public MqttLimitsOptions Limits { get; set; } = new();

    /// <summary>What an acknowledged message for an offline session survives. Default: a power cut.</summary>
    public Durability Durability { get; set; } = Durability.PowerLoss;

    /// <summary>
    /// How long what is to survive a power cut waits for others to share a sync of the disk with, and clients for PUBACK, PUBREC, SUBACK and CONNACK. Default 0: what comes while the disk is
    /// busy shares one. At most 1 s; without effect where <see cref="Durability"/> promises less.
    /// </summary>
    public TimeSpan Gather { get; set; }

    /// <summary>
    /// An MQTT 5 client that asks for Response Information is told <c>PREFIX/CLIENTID/</c>, below which it may want to be answered. Null: it
    /// is told nothing.
    /// </summary>
    public string? ResponseTopicPrefix { get; set; }

    /// <summary>Between two values of each <c>$SYS</c> topic, while somebody subscribes to it; zero: there are no such topics. Default 10 s.</summary>
    public TimeSpan SysInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Folder of the session journal; made when missing. Null: sessions end with the process, whatever <see cref="Durability"/> says.</summary>
    public string? Folder { get; set; }
}
