using System.Text;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Broker;
using Roost.Mqtt.Transport.Proxy;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

public sealed class ProxyHeaderTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";
    private const string Internet = Signature + "2111000C" + "C0A80011" + "7F000001" + "D431" + "075B";
    private const string WithExtras = Signature + "21110016" + "C0A80011" + "7F000001" + "D431" + "075B" + "0400020000" + "0200026162"; // NOOP and AUTHORITY
    private const string Internet6 = Signature + "21210024" + "20010DB8000000000000000000000001" + "00000000000000000000000000000001" + "D431" + "075B";
    private static readonly string s_text = Hex("PROXY TCP4 192.168.0.17 127.0.0.1 54321 1883\r\n");

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private static IEnumerable<TestCaseData> Headers() =>
    [
        new(Internet, "192.168.0.17:54321"),
        new(WithExtras, "192.168.0.17:54321"),
        new(Internet6, "[2001:db8::1]:54321"),
        new(s_text, "192.168.0.17:54321"),
        new(Hex("PROXY TCP6 2001:db8::1 ::1 54321 1883\r\n"), "[2001:db8::1]:54321"),
        new(Hex("PROXY UNKNOWN\r\n"), null),
        new(Signature + "20000000", null),
        new(Signature + "21000000", null),
    ];

    [TestCaseSource(nameof(Headers))]
    public void A_header_tells_the_client_and_where_it_ends(string hex, string? client)
    {
        var bytes = Convert.FromHexString(hex);
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.That(ProxyHeader.TryRead(bytes.AsSpan(0, i), out _, out _), Is.EqualTo(DecodeStatus.NeedMore), $"{i} bytes");
        }

        var status = ProxyHeader.TryRead([.. bytes, 0x10, 0x0C], out var length, out var found);

        Assert.That((status, length, found?.ToString()), Is.EqualTo((DecodeStatus.Complete, bytes.Length, client)));
    }

    [TestCase("10", Description = "CONNECT")]
    [TestCase(Signature + "3111000C", Description = "version 3")]
    [TestCase(Signature + "2211000C", Description = "an unknown command")]
    [TestCase(Signature + "2111FFFF", Description = "too long")]
    [TestCase(Signature + "21110004C0A80011", Description = "half an address")]
    public void Anything_else_is_malformed(string hex) =>
        Assert.That(ProxyHeader.TryRead(Convert.FromHexString(hex), out _, out _), Is.EqualTo(DecodeStatus.Malformed));

    [TestCase("PROXY TCP4 nobody 127.0.0.1 54321 1883\r\n")]
    [TestCase("PROXY TCP4 192.168.0.17 127.0.0.1 99999 1883\r\n")]
    [TestCase("PROXY UDP4 192.168.0.17 127.0.0.1 54321 1883\r\n")]
    [TestCase("PROXY TCP4 192.168.0.17\r\n")]
    public void A_line_of_nonsense_is_malformed(string line) =>
        Assert.That(ProxyHeader.TryRead(Encoding.ASCII.GetBytes(line), out _, out _), Is.EqualTo(DecodeStatus.Malformed));

    [Test]
    public void A_line_without_end_is_malformed_at_107_bytes() =>
        Assert.That(ProxyHeader.TryRead(Encoding.ASCII.GetBytes("PROXY " + new string('x', 101)), out _, out _), Is.EqualTo(DecodeStatus.Malformed));

    [TestCase(Internet, false)]
    [TestCase(WithExtras, true)]
    public async Task The_client_behind_a_proxy_is_the_one_that_is_shown(string header, bool isByteByByte)
    {
        await using var broker = await TestBroker.StartAsync(Configure);
        await using var client = await StreamClient.OpenAsync(broker.Port);
        var bytes = Convert.FromHexString(header + RawClient.Connect("c"));
        foreach (var piece in isByteByByte ? bytes.Chunk(1) : [bytes])
        {
            await client.SendAsync(piece);
        }

        await client.ExpectAsync(StreamClient.ConnAck);

        Assert.That((await broker.Broker.ListClientsAsync()).Single().Connection!.RemoteEndPoint, Is.EqualTo("192.168.0.17:54321"));
    }

    [Test]
    public async Task The_header_comes_before_TLS()
    {
        using var certificates = new TestCertificates();
        await using var broker = await TestBroker.StartAsync(options =>
        {
            Configure(options);
            options.Listeners[0].Tls = certificates.Options;
        });
        await using var plain = await StreamClient.OpenAsync(broker.Port);
        await plain.SendAsync(s_text);
        await using var client = await plain.StartTlsAsync(certificates.Authority);
        await client.SendAsync(RawClient.Connect("c"));
        await client.ExpectAsync(StreamClient.ConnAck);

        Assert.That((await broker.Broker.ListClientsAsync()).Single().Connection!.RemoteEndPoint, Is.EqualTo("192.168.0.17:54321"));
    }

    [Test]
    public async Task A_client_without_header_is_closed_with_an_explanation_where_one_is_wanted()
    {
        await using var broker = await TestBroker.StartAsync(Configure);
        await using var client = await StreamClient.OpenAsync(broker.Port);
        await client.SendAsync(RawClient.Connect("c"));
        await client.ExpectCloseAsync();
        await broker.Log.ShowsAsync("does not begin with a PROXY header");
    }

    [Test]
    public async Task A_header_is_refused_where_none_is_wanted()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var client = await StreamClient.OpenAsync(broker.Port);
        await client.SendAsync(Internet + RawClient.Connect("c"));
        await client.ExpectCloseAsync();
        await broker.Log.ShowsAsync("which this listener does not take");
        Assert.That(await broker.Broker.InspectAsync(static core => core.Counters.ConnectionsRejected), Is.EqualTo(1));
    }

    [Test]
    public async Task A_header_that_stops_half_way_is_closed_by_the_connect_timeout()
    {
        var clock = new ManualTimeProvider();
        await using var broker = await TestBroker.StartAsync(Configure, clock);
        await using var client = await StreamClient.OpenAsync(broker.Port);
        await client.SendAsync(Internet[..30]);
        await Eventually.IsTrueAsync(async () => await broker.Broker.InspectAsync(static core => core.Connections.Count) == 1, "the connection");

        clock.Advance(TimeSpan.FromSeconds(11));
        await broker.Broker.TurnAsync();

        await client.ExpectCloseAsync();
    }

    private static void Configure(MqttOptions options) => (options.Listeners[0].ProxyProtocol, options.Listeners[0].Anonymous) = (true, true);
}
