using System.Globalization;
using System.Net;

namespace Roost.Streams.Upstream;

/// <summary>One of the servers that the uplink may connect to.</summary>
internal readonly record struct UplinkHost(string Host, int Port)
{
    /// <summary>For people: <c>cloud.example.com:8883</c>.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");

    /// <param name="text"><c>name</c>, <c>name:port</c>, an address, or <c>[IPv6 address]:port</c>.</param>
    public static bool TryParse(string text, int defaultPort, out UplinkHost host)
    {
        host = default;
        var (name, port) = (text, defaultPort);
        if (!IPAddress.TryParse(text, out _) || text.StartsWith('['))
        {
            var colon = text.LastIndexOf(':');
            if (colon > text.LastIndexOf(']'))
            {
                name = text[..colon];
                if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
                {
                    return false;
                }
            }
        }

        name = name.StartsWith('[') && name.EndsWith(']') ? name[1..^1] : name;
        host = new UplinkHost(name, port);
        return name.Length is > 0 and <= 255 && port is >= 1 and <= 65_535 && (IPAddress.TryParse(name, out _) || name.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_'));
    }
}
