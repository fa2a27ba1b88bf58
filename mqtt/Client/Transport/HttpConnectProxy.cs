using System.Text;

namespace Roost.Mqtt.Client.Transport;

/// <summary>Asks an HTTP proxy for a connection (RFC 9110 section 9.3.6).</summary>
internal static class HttpConnectProxy
{
    /// <summary>A proxy that says more than this has not understood.</summary>
    private const int MaxAnswerBytes = 16 * 1024;

    /// <summary>From here on <paramref name="stream"/> leads to the server.</summary>
    /// <exception cref="IOException">The proxy does not connect us; the message says why, and what to do.</exception>
    public static async Task OpenAsync(Stream stream, MqttProxyOptions proxy, string host, int port, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Request(proxy, host, port)), cancellationToken);
        var answer = await ReadAnswerAsync(stream, proxy, cancellationToken);
        var words = answer.Split(' ', 3);
        if (!words[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || words.Length < 2)
        {
            throw new IOException($"the proxy {proxy.Endpoint} answers something else than HTTP; check its address and kind");
        }

        if (words[1].Length != 3 || words[1][0] != '2')
        {
            var remedy = words[1] == "407" ? "check the user name and password for it" : $"have it allow CONNECT to {host}:{port}";
            throw new IOException($"the proxy {proxy.Endpoint} does not connect us ({string.Join(' ', words.Skip(1))}); {remedy}");
        }
    }

    private static string Request(MqttProxyOptions proxy, string host, int port)
    {
        var authority = host.Contains(':') ? $"[{host}]:{port}" : $"{host}:{port}"; // an IPv6 address
        var request = new StringBuilder($"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
        if (proxy.UserName is { } user)
        {
            request.Append("Proxy-Authorization: Basic ").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{proxy.Password}"))).Append("\r\n");
        }

        return request.Append("\r\n").ToString();
    }

    /// <summary>Byte by byte: what follows the empty line is the server's.</summary>
    /// <returns>The first line.</returns>
    private static async Task<string> ReadAnswerAsync(Stream stream, MqttProxyOptions proxy, CancellationToken cancellationToken)
    {
        var answer = new List<byte>(256);
        var one = new byte[1];
        while (!EndsWithEmptyLine(answer))
        {
            if (answer.Count == MaxAnswerBytes || await stream.ReadAsync(one, cancellationToken) == 0)
            {
                throw new IOException($"the proxy {proxy.Endpoint} ended the connection without an answer to CONNECT; check its address and kind");
            }

            answer.Add(one[0]);
        }

        return Encoding.Latin1.GetString([.. answer.TakeWhile(static value => value is not ((byte)'\r' or (byte)'\n'))]);
    }

    private static bool EndsWithEmptyLine(List<byte> bytes) =>
        bytes.Count >= 4 && bytes[^1] == '\n' && bytes[^2] == '\r' && bytes[^3] == '\n' && bytes[^4] == '\r';
}
