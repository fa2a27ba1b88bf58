using Roost.Storage;

namespace Roost.Mqtt;

/// <summary>What the broker listens on, and how it keeps sessions.</summary>
public sealed class MqttOptions
{
    public const string Section = "Mqtt";

    /// <summary>Empty: nothing listens, and only this process uses the broker.</summary>
    public IList<MqttListenerOptions> Listeners { get; set; } = [];

    /// <summary>Of clients whose WebSocket another server of this process has accepted: see <see cref="MqttBroker.ServeAsync"/>.</summary>
    public MqttHttpOptions Http { get; set; } = new();

    public MqttLimitsOptions Limits { get; set; } = new();

    /// <summary>What an acknowledged message for an offline session survives. Default: a power cut.</summary>
    public Durability Durability { get; set; } = Durability.PowerLoss;

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
