using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Mqtt;

/// <summary>Clients that others have written, against the gateway's TLS: what they may, what they are told, and what an attacker's tools get.</summary>
public sealed class RealClientTests
{
    private MqttRig _rig = null!;
    private X509Certificate2 _certificate = null!;

    private string Port => _rig.Port.ToString(CultureInfo.InvariantCulture);

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _rig = await MqttRig.StartAsync();
        _certificate = await _rig.AddThingAsync("vac-1");
        await _rig.AddUserAsync("anna", "correct horse battery");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _certificate.Dispose();
        await _rig.DisposeAsync();
    }

    [TestCase("311")]
    [TestCase("5")]
    public async Task Mosquitto_publishes_with_a_certificate_and_subscribes_with_a_password(string version)
    {
        await using var subscriber = RunningProcess.Start("mosquitto_sub", [.. Common(version), "-i", "anna", "-u", "anna", "-P", "correct horse battery", "-t", $"robots/vac-1/{version}", "-C", "1"]);
        await Eventually.IsTrueAsync(async () => await _rig.Broker.FindClientAsync("anna") is { Subscriptions.Count: 1 }, "the subscription");

        await RunningProcess.RunAsync("mosquitto_pub", [.. Common(version), .. Certificate, "-i", "vac-1", "-t", $"robots/vac-1/{version}", "-m", "hello", "-q", "1"]);

        Assert.That(await subscriber.WaitForExitAsync(), Is.Zero);
        Assert.That(subscriber.Output, Has.Member("hello"));
    }

    [TestCase("311", "not authorised")]
    [TestCase("5", "Not authorized")]
    public async Task Mosquitto_is_told_that_it_may_not_come_under_anothers_name(string version, string told) =>
        Assert.That(await RefusalOfAsync([.. Common(version), .. Certificate, "-i", "vac-2", "-t", "x", "-n"]), Does.Contain(told));

    [TestCase("311", "bad user name or password")]
    [TestCase("5", "Bad User Name or Password")]
    public async Task Mosquitto_is_told_that_its_login_is_wrong(string version, string told) =>
        Assert.That(await RefusalOfAsync([.. Common(version), "-i", "mallory", "-u", "anna", "-P", "wrong", "-t", "x", "-n"]), Does.Contain(told).IgnoreCase);

    [TestCase("-tls1")]
    [TestCase("-tls1_1")]
    public async Task An_old_version_of_TLS_is_refused(string version) =>
        Assert.That(await ProbeAsync(version, "-cipher", "ALL:@SECLEVEL=0"), Does.Contain("alert protocol version"));

    [TestCase("AES128-SHA:AES256-SHA256:AES128-GCM-SHA256", Description = "no forward secrecy")]
    [TestCase("ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES128-SHA", Description = "CBC")]
    [TestCase("DHE-RSA-AES128-GCM-SHA256", Description = "finite fields")]
    [TestCase("ECDHE-ECDSA-AES128-CCM8:ECDHE-ECDSA-AES256-CCM8", Description = "tags of eight bytes")]
    [TestCase("aNULL:eNULL", Description = "no key, or no encryption")]
    public async Task A_weak_suite_is_refused(string suites) =>
        Assert.That(await ProbeAsync("-tls1_2", "-cipher", $"{suites}:@SECLEVEL=0"), Does.Contain("handshake failure").Or.Contain("no ciphers available"));

    [Test]
    public async Task Renegotiation_is_refused_however_often_it_is_asked_for()
    {
        await using var client = await ConnectAsync();
        await using var openssl = RunningProcess.Start("sh", "-c", $"yes R | head -200 | timeout 20 openssl s_client -connect 127.0.0.1:{Port} -tls1_2 2>&1");

        await openssl.WaitForExitAsync();

        Assert.That(openssl.Output, Has.Some.Contains("RENEGOTIATING").And.Some.Contains("no renegotiation"));
        Assert.That(await client.PublishAsync("robots/vac-1/x"), Is.EqualTo(ReasonCode.Success));
    }

    [Test]
    public async Task Only_the_gateways_own_suites_and_curves_are_agreed_to()
    {
        var best = await ProbeAsync("-alpn", "x-amzn-mqtt-ca", "-CAfile", _rig.AuthorityFile, "-servername", "localhost");

        Assert.That(best, Does.Contain("TLSv1.3").And.Contain("ALPN protocol: x-amzn-mqtt-ca").And.Contain("Verify return code: 0 (ok)").And.Contain("Compression: NONE"));
    }

    private string[] Certificate => ["--cert", _rig.FileOf(_certificate, "crt"), "--key", _rig.FileOf(_certificate, "key")];

    private string[] Common(string version) => ["-h", "localhost", "-p", Port, "--cafile", _rig.AuthorityFile, "-V", version == "5" ? "5" : "mqttv311"];

    private Task<RigClient> ConnectAsync() => _rig.ConnectAsync("vac-1", _certificate);

    private static async Task<string> RefusalOfAsync(string[] arguments)
    {
        await using var client = RunningProcess.Start("mosquitto_pub", arguments);
        Assert.That(await client.WaitForExitAsync(), Is.Not.Zero);
        return client.Errors;
    }

    private async Task<string> ProbeAsync(params string[] arguments)
    {
        await using var openssl = RunningProcess.Start("timeout", ["20", "openssl", "s_client", "-connect", $"127.0.0.1:{Port}", .. arguments]);
        openssl.CloseInput();
        await openssl.WaitForExitAsync();
        return string.Join('\n', openssl.Output) + openssl.Errors;
    }
}
