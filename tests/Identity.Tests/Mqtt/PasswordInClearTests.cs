using System.Net;
using System.Net.Sockets;
using System.Text;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Mqtt;

/// <summary>A right password that came over a network in the clear lets nobody in, unless the listener's owner has said that it may.</summary>
public sealed class PasswordInClearTests
{
    private const string Password = "correct horse battery";
    private const int OfThisMachine = 1;
    private const int Strict = 2;
    private const int Lenient = 3;

    // Only behind a proxy's word does a client come from elsewhere on a machine that has but loopback.
    private const string FromElsewhere = "PROXY TCP4 192.0.2.7 127.0.0.1 50000 1883\r\n";

    private MqttRig _rig = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _rig = await MqttRig.StartAsync(options =>
        {
            options.Listeners.Add(new MqttListenerOptions { Port = 0, ProxyProtocol = true, Anonymous = true });
            options.Listeners.Add(new MqttListenerOptions { Port = 0, ProxyProtocol = true, PasswordsInClear = true });
        });
        await _rig.AddUserAsync("anna", Password);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [TestCase(OfThisMachine, "")]
    [TestCase(Lenient, FromElsewhere)]
    public async Task It_is_taken_from_this_machine_and_where_the_owner_has_said_so(int listener, string opening) =>
        Assert.That(await ConnectAsync(listener, opening, "taken"), Is.EqualTo("20020000"));

    [Test]
    public async Task It_is_refused_like_a_wrong_one_and_the_audit_says_why()
    {
        Assert.That(await ConnectAsync(Strict, FromElsewhere, "in-clear"), Is.EqualTo("20020004"));

        var denied = await _rig.AuditedAsync("deny.connect", "in-clear");
        Assert.That((denied.Principal, denied.Reason), Is.EqualTo(("user/anna", "The listener takes no passwords, as they come in the clear; use one with TLS, or say passwords-in-clear: true.")));
        Assert.That(denied.Source, Does.StartWith("192.0.2.7"));
    }

    /// <returns>CONNACK of MQTT 3.1.1, in hex.</returns>
    private async Task<string> ConnectAsync(int listener, string opening, string clientIdentifier)
    {
        byte[] body = [.. Field("MQTT"), 4, 0xC2, 0, 30, .. Field(clientIdentifier), .. Field("anna"), .. Field(Password)];
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _rig.Ports[listener]);
        await using var stream = socket.GetStream();
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(opening), 0x10, (byte)body.Length, .. body]);
        var answer = new byte[4];
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Eventually.Limit);
        return Convert.ToHexString(answer);

        static byte[] Field(string text) => [0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
    }
}
