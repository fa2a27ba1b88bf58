namespace Roost.Shadow;

/// <summary>Who asked for a change, as the history tells it.</summary>
/// <param name="Via">The way it came: <c>mqtt</c>, <c>http</c>, <c>function</c> (through its endpoint), <c>sync</c> (the upstream shadow service) or <c>roost</c> (the daemon itself).</param>
/// <param name="Name">On that way: the MQTT client identifier, the caller's name or address, the upstream's name; null when it has none.</param>
public readonly record struct ShadowOrigin(string Via, string? Name)
{
    public static ShadowOrigin Daemon { get; } = new("roost", null);

    /// <param name="client">Client identifier; null when the daemon itself published.</param>
    public static ShadowOrigin Mqtt(string? client) => client is null ? Daemon : new("mqtt", client);

    /// <param name="who">For whom the daemon acts: the way, a colon and the name, like <c>function:on-bump</c>.</param>
    public static ShadowOrigin OnBehalfOf(string who) => who.Split(':', 2) is [var way, var name] ? new(way, name) : new("roost", who);

    public static ShadowOrigin Http(string? caller) => new("http", caller);
}
