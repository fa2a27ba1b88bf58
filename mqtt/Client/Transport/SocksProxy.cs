using System.Buffers.Binary;
using System.Text;

namespace Roost.Mqtt.Client.Transport;

/// <summary>Asks a SOCKS 5 proxy for a connection (RFC 1928), which resolves the name itself.</summary>
internal static class SocksProxy
{
    private const byte Version = 5;
    private const byte NoAuthentication = 0;
    private const byte UserNameAndPassword = 2; // RFC 1929
    private const byte Connect = 1;
    private const byte DomainName = 3;
    private const int AddressV6 = 4;

    /// <summary>From here on <paramref name="stream"/> leads to the server.</summary>
    /// <exception cref="IOException">The proxy does not connect us; the message says why.</exception>
    public static async Task OpenAsync(Stream stream, MqttProxyOptions proxy, string host, int port, CancellationToken cancellationToken)
    {
        try
        {
            await GreetAsync(stream, proxy, cancellationToken);
            var name = Encoding.UTF8.GetBytes(host);
            var request = new byte[7 + name.Length];
            (request[0], request[1], request[3], request[4]) = (Version, Connect, DomainName, checked((byte)name.Length));
            name.CopyTo(request, 5);
            BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(^2), (ushort)port);
            await stream.WriteAsync(request, cancellationToken);
            var answer = await ReadAsync(stream, 4, cancellationToken);
            if (answer[0] != Version || answer[1] != 0)
            {
                throw Refusal(proxy, $"it does not connect to {host}:{port} ({Describe(answer[1])})");
            }

            var addressBytes = answer[3] switch
            {
                DomainName => (await ReadAsync(stream, 1, cancellationToken))[0],
                AddressV6 => 16,
                _ => 4,
            };
            await ReadAsync(stream, addressBytes + 2, cancellationToken); // where it is bound: nothing to us
        }
        catch (EndOfStreamException exception)
        {
            throw new IOException($"the proxy {proxy.Endpoint} ended the connection; check its address and kind", exception);
        }
    }

    private static async Task GreetAsync(Stream stream, MqttProxyOptions proxy, CancellationToken cancellationToken)
    {
        byte[] greeting = proxy.UserName is null ? [Version, 1, NoAuthentication] : [Version, 2, NoAuthentication, UserNameAndPassword];
        await stream.WriteAsync(greeting, cancellationToken);
        var choice = await ReadAsync(stream, 2, cancellationToken);
        if (choice[0] != Version)
        {
            throw Refusal(proxy, "it does not speak SOCKS 5");
        }

        if (choice[1] == NoAuthentication)
        {
            return;
        }

        if (choice[1] != UserNameAndPassword || proxy.UserName is null)
        {
            throw Refusal(proxy, "it wants another authentication; give user name and password");
        }

        var (user, password) = (Encoding.UTF8.GetBytes(proxy.UserName), Encoding.UTF8.GetBytes(proxy.Password ?? ""));
        await stream.WriteAsync((byte[])[1, checked((byte)user.Length), .. user, checked((byte)password.Length), .. password], cancellationToken);
        if ((await ReadAsync(stream, 2, cancellationToken))[1] != 0)
        {
            throw Refusal(proxy, "it does not take the user name and password");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static IOException Refusal(MqttProxyOptions proxy, string why) => new($"the proxy {proxy.Endpoint} does not connect us: {why}");

    private static string Describe(byte reply) => reply switch
    {
        2 => "its rules do not allow it",
        3 => "it cannot reach the network",
        4 => "it cannot reach the host, or does not know the name",
        5 => "the server refused the connection",
        6 => "there was no answer in time",
        _ => $"reply {reply}",
    };
}
