using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Roost.Identity.Policies;
using Roost.Identity.Provisioning;
using Roost.Identity.Tests.Certificates;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Provisioning;

public sealed class FleetProvisioningTests
{
    private const string Create = "$aws/certificates/create/json";
    private const string Register = "$aws/provisioning-templates/floor/provision/json";

    private ScriptedHook _hook = null!;
    private readonly Dictionary<char, string> _claims = [];
    private NotedBroker _broker = null!;
    private IdentityRig _rig = null!;
    private TakenNames _taken = null!;

    [SetUp]
    public async Task StartAsync()
    {
        (_broker, _hook, _taken) = (new NotedBroker(), new ScriptedHook(), new TakenNames());
        _rig = await IdentityRig.StartAsync(services =>
        {
            services.AddSingleton<IMqttBroker>(_broker);
            services.AddSingleton<IProvisioningHook>(_hook);
            services.AddSingleton<INamesInUse>(_taken);
            services.AddPolicies();
            services.AddProvisioning();
        });
        await PutTemplateAsync("floor", Some.Template);
        foreach (var digit in "ab")
        {
            _claims[digit] = (await _rig.Certificates.IssueAsync(new CertificateOrder(), ChangedBy.Local)).Description.Fingerprint;
        }
    }

    [TearDown]
    public Task StopAsync() => _rig.DisposeAsync().AsTask();

    [Test]
    public async Task A_device_with_a_claim_becomes_a_thing_with_a_certificate_and_a_policy()
    {
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");
        var id = Text(created, "certificateId");
        Assert.That(_rig.Certificates.Find(id)!.Status, Is.EqualTo(CertificateStatus.Inactive), "until it is registered");
        using var certificate = X509Certificate2.CreateFromPem(Text(created, "certificatePem"), Text(created, "privateKey"));
        Assert.That(certificate.GetCertHashString(HashAlgorithmName.SHA256), Is.EqualTo(id).IgnoreCase);

        var registered = await _broker.AnswerAsync(claim, Register, Request(created, "17"));

        Assert.That(Text(registered, "thingName"), Is.EqualTo("vac-17"));
        Assert.That(Text(registered.GetProperty("deviceConfiguration"), "telemetry"), Is.EqualTo("robots/telemetry"));
        Assert.That(_rig.Certificates.Find(id), Has.Property("Status").EqualTo(CertificateStatus.Active).And.Property("Thing").EqualTo("vac-17"));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-17")!.Attributes["label"], Is.EqualTo("home/17"));
        var rights = _rig.Get<IPolicyAuthority>().RightsOf(Certificate(id, "vac-17"), new ConnectionFacts("vac-17", null));
        Assert.That(rights.Allows("iot:Publish", "topic/robots/vac-17/x"), Is.True);
        Assert.That(_rig.Audit.Entries.Last().Action, Is.EqualTo("provision"));
    }

    [Test]
    public async Task A_device_that_keeps_its_key_sends_a_signing_request()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=admin", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var claim = Claim('a');

        var created = await _broker.AnswerAsync(claim, "$aws/certificates/create-from-csr/json", JsonSerializer.Serialize(new { certificateSigningRequest = request }));
        var registered = await _broker.AnswerAsync(claim, Register, Request(created, "18"));

        Assert.That(created.TryGetProperty("privateKey", out _), Is.False);
        Assert.That(Text(registered, "thingName"), Is.EqualTo("vac-18"));
        using var certificate = X509Certificate2.CreateFromPem(Text(created, "certificatePem"));
        Assert.That(certificate.Subject, Does.Not.Contain("admin"), "who it is the gateway says");
    }

    [TestCase("{}", "InvalidCsr")]
    [TestCase("""{"certificateSigningRequest": "nonsense"}""", "InvalidCsr")]
    [TestCase("[]", "InvalidPayload")]
    [TestCase("{\"a\":", "InvalidPayload")]
    [TestCase("""{"certificateSigningRequest": "\ud800"}""", "InvalidPayload")]
    public async Task A_signing_request_that_is_none_is_refused(string payload, string error) =>
        Assert.That(Text(await _broker.AnswerAsync(Claim('a'), "$aws/certificates/create-from-csr/json", payload), "errorCode"), Is.EqualTo(error));

    [Test]
    public async Task Cbor_is_spoken_too()
    {
        var claim = Claim('a');
        _broker.Send(claim, "$aws/certificates/create/cbor", []);
        var created = ReadCbor(await _broker.NextAsync());
        var writer = new CborWriter();
        writer.WriteStartMap(2);
        writer.WriteTextString("certificateOwnershipToken");
        writer.WriteTextString((string)created["certificateOwnershipToken"]!);
        writer.WriteTextString("parameters");
        writer.WriteStartMap(1);
        writer.WriteTextString("SerialNumber");
        writer.WriteTextString("19");
        writer.WriteEndMap();
        writer.WriteEndMap();

        _broker.Send(claim, "$aws/provisioning-templates/floor/provision/cbor", writer.Encode());

        var registered = await _broker.NextAsync();
        Assert.That(registered.Topic.Value, Does.EndWith("/cbor/accepted"));
        Assert.That(ReadCbor(registered)["thingName"], Is.EqualTo("vac-19"));
        _broker.Send(claim, "$aws/provisioning-templates/floor/provision/cbor", [0xFF, 0x00]);
        Assert.That(ReadCbor(await _broker.NextAsync())["errorCode"], Is.EqualTo("InvalidPayload"));
    }

    [Test]
    public async Task A_token_is_nobody_elses_and_not_another_devices_with_the_same_claim()
    {
        var created = await _broker.AnswerAsync(Claim('a'), Create, "");

        Assert.That(Text(await _broker.AnswerAsync(Claim('b'), Register, Request(created, "1")), "errorCode"), Is.EqualTo("InvalidCertificateOwnershipToken"), "another principal");
        Assert.That(Text(await _broker.AnswerAsync(Claim('a', "other"), Register, Request(created, "1")), "errorCode"), Is.EqualTo("InvalidCertificateOwnershipToken"), "another client");
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Null);
    }

    [Test]
    public async Task A_token_is_good_once_but_the_same_request_is_answered_again()
    {
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");
        var first = await _broker.AnswerAsync(claim, Register, Request(created, "1"));

        var again = await _broker.AnswerAsync(claim, Register, Request(created, "1"));
        var other = await _broker.AnswerAsync(claim, Register, Request(created, "2"));

        Assert.That(again.GetRawText(), Is.EqualTo(first.GetRawText()));
        Assert.That(Text(other, "errorCode"), Is.EqualTo("InvalidCertificateOwnershipToken"));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-2"), Is.Null);
    }

    [Test]
    public async Task After_an_hour_the_token_is_void_and_its_certificate_gone()
    {
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");
        _rig.Clock.SetUtcNow(_rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(60));

        Assert.That(Text(await _broker.AnswerAsync(claim, Register, Request(created, "1")), "errorCode"), Is.EqualTo("InvalidCertificateOwnershipToken"));
        await _rig.Get<Provisioner>().CleanAsync();
        Assert.That(_rig.Certificates.Find(Text(created, "certificateId")), Is.Null);
    }

    [TestCase("*")]
    [TestCase("../x")]
    [TestCase("a/b")]
    [TestCase("${AWS::IoT::Certificate::Id}")]
    [TestCase("+")]
    [TestCase("#")]
    [TestCase(" ")]
    [TestCase("1\n")]
    public async Task A_serial_number_that_makes_no_name_makes_nothing(string serial)
    {
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");

        var answer = await _broker.AnswerAsync(claim, Register, Request(created, serial));

        Assert.That(Text(answer, "errorCode"), Is.EqualTo("InvalidParameters"));
        Assert.That(_rig.Certificates.Find(Text(created, "certificateId"))?.Status, Is.Not.EqualTo(CertificateStatus.Active));
    }

    [Test]
    public async Task A_stolen_claim_cannot_take_the_place_of_a_robot_that_is_there()
    {
        var claim = Claim('a');
        await _broker.AnswerAsync(claim, Register, Request(await _broker.AnswerAsync(claim, Create, ""), "1"));
        var thief = Claim('a', "thief");

        var created = await _broker.AnswerAsync(thief, Create, "");
        var answer = await _broker.AnswerAsync(thief, Register, Request(created, "1"));

        Assert.That(Text(answer, "errorCode"), Is.EqualTo("ResourceConflict"));
        Assert.That(_rig.Certificates.Of("vac-1"), Has.Count.EqualTo(1));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Not.Null);
    }

    [Test]
    public async Task A_stolen_claim_cannot_take_the_name_of_anybody_else_either()
    {
        _taken.Names.Add("vac-1");
        var thief = Claim('a', "thief");

        var answer = await _broker.AnswerAsync(thief, Register, Request(await _broker.AnswerAsync(thief, Create, ""), "1"));

        Assert.That(Text(answer, "errorCode"), Is.EqualTo("ResourceConflict"));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Null);
        Assert.That(_rig.Certificates.Of("vac-1"), Is.Empty);
    }

    [Test]
    public async Task Override_settings_let_a_device_be_provisioned_again()
    {
        await PutTemplateAsync("floor", Some.TemplateWithOverrides);
        var claim = Claim('a');
        await _broker.AnswerAsync(claim, Register, Request(await _broker.AnswerAsync(claim, Create, ""), "1"));

        var answer = await _broker.AnswerAsync(claim, Register, Request(await _broker.AnswerAsync(claim, Create, ""), "1"));

        Assert.That(Text(answer, "thingName"), Is.EqualTo("vac-1"));
        Assert.That(_rig.Certificates.Of("vac-1").Count(certificate => certificate.Status == CertificateStatus.Active), Is.EqualTo(2));
    }

    [TestCase("""{"allowProvisioning": false}""")]
    [TestCase("""{"allowProvisioning": "true"}""")]
    [TestCase("""{"allowProvisioning": 1}""")]
    [TestCase("""{}""")]
    [TestCase("""true""")]
    [TestCase("""{"allowProvisioning": true, "parameterOverrides": {"SerialNumber": 5}}""")]
    [TestCase("""nonsense""")]
    [TestCase(null)]
    public async Task Whatever_a_hook_says_but_yes_is_no(string? said)
    {
        await PutTemplateAsync("floor", Some.Template, hook: "gate");
        _hook.Answer = () => Task.FromResult(said);
        var claim = Claim('a');

        var answer = await _broker.AnswerAsync(claim, Register, Request(await _broker.AnswerAsync(claim, Create, ""), "1"));

        Assert.That((Text(answer, "errorCode"), answer.GetProperty("statusCode").GetInt32()), Is.EqualTo(("AccessDenied", 403)));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Null);
    }

    [Test]
    public async Task A_hook_is_asked_as_in_the_cloud_and_may_set_parameters()
    {
        await PutTemplateAsync("floor", Some.Template, hook: "gate");
        _hook.Answer = () => Task.FromResult<string?>("""{"allowProvisioning": true, "parameterOverrides": {"Site": "attic"}}""");
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");

        await _broker.AnswerAsync(claim, Register, Request(created, "1"));

        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1")!.Attributes["site"], Is.EqualTo("attic"));
        Assert.That(Text(_hook.LastQuestion, "claimCertificateId"), Is.EqualTo(_claims['a']));
        Assert.That(Text(_hook.LastQuestion, "certificateId"), Is.EqualTo(Text(created, "certificateId")));
        Assert.That(Text(_hook.LastQuestion, "certificatePem"), Is.EqualTo(Text(created, "certificatePem")));
        Assert.That(Text(_hook.LastQuestion, "templateArn"), Does.EndWith(":provisioningtemplate/floor"));
        Assert.That(Text(_hook.LastQuestion, "clientId"), Is.EqualTo("device"));
        Assert.That(Text(_hook.LastQuestion.GetProperty("parameters"), "SerialNumber"), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_hook_that_does_not_answer_in_five_seconds_says_no()
    {
        await PutTemplateAsync("floor", Some.Template, hook: "gate");
        var asked = new TaskCompletionSource();
        _hook.Answer = () =>
        {
            asked.SetResult();
            return new TaskCompletionSource<string?>().Task;
        };
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");
        _broker.Send(claim, Register, Request(created, "1"));
        await asked.Task;

        _rig.Clock.Advance(ProvisioningHooks.Limit);

        using var answer = JsonDocument.Parse((await _broker.NextAsync()).Payload);
        Assert.That(Text(answer.RootElement, "errorCode"), Is.EqualTo("AccessDenied"));
    }

    [Test]
    public async Task A_claim_is_for_its_template_alone_and_for_none_that_is_disabled()
    {
        var claim = Claim('a');
        await PutTemplateAsync("attic", Some.Template);
        await _rig.Get<TemplateStore>().AddClaimAsync("attic", _claims['a'], ChangedBy.Local, default);
        var created = await _broker.AnswerAsync(claim, Create, "");

        Assert.That(Text(await _broker.AnswerAsync(claim, Register, Request(created, "1")), "errorCode"), Is.EqualTo("AccessDenied"));
        await _rig.Get<TemplateStore>().SetEnabledAsync("attic", false, ChangedBy.Local, default);
        Assert.That(Text(await _broker.AnswerAsync(claim, Register.Replace("floor", "attic", StringComparison.Ordinal), Request(created, "1")), "errorCode"), Is.EqualTo("AccessDenied"));
        Assert.That(Text(await _broker.AnswerAsync(Claim('b'), Register.Replace("floor", "cellar", StringComparison.Ordinal), Request(created, "1")), "errorCode"), Is.EqualTo("ResourceNotFound"));
    }

    [Test]
    public async Task Who_shows_no_credential_gets_none() =>
        Assert.That(Text(await _broker.AnswerAsync(Client("nobody", null), Create, ""), "errorCode"), Is.EqualTo("AccessDenied"));

    [Test]
    public async Task A_retained_request_is_not_done_again()
    {
        _broker.Send(Claim('a'), Create, "{}"u8, retain: true);

        Assert.That(Text(await _broker.AnswerAsync(Client("nobody", null), Create, ""), "errorCode"), Is.EqualTo("AccessDenied"), "the first answer of all");
    }

    [Test]
    public async Task Ten_thousand_requests_make_a_handful_of_certificates()
    {
        var claim = Claim('a');
        for (var i = 0; i < 10_000; i++)
        {
            _broker.Send(claim, Create, "");
        }

        var accepted = 0;
        for (var i = 0; i < 10_000; i++)
        {
            accepted += (await _broker.NextAsync()).Topic.Value.EndsWith("/accepted", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.That(accepted, Is.EqualTo(ProvisioningThrottle.BurstOfOne));
        Assert.That(_rig.Get<OwnershipStore>().All, Has.Count.EqualTo(accepted));
    }

    [Test]
    public async Task Certificates_that_nobody_claims_are_bounded()
    {
        var store = _rig.Get<OwnershipStore>();
        for (var i = 0; i < OwnershipStore.MostOpenOfOne; i++)
        {
            await store.PutAsync(new Ownership($"h{i}", $"f{i}", "", "cert/x", "c", DateTimeOffset.MaxValue.AddDays(-1)));
        }

        Assert.That(store.TryPromise("cert/x", "192.168.1.9"), Is.False);
        Assert.That(store.TryPromise("cert/y", "192.168.1.9"), Is.True, "others have room");
    }

    [Test]
    public async Task One_thief_of_a_claim_keeps_no_honest_device_of_it_out_however_often_he_connects()
    {
        var taken = 0;
        for (var connection = 0; connection < 60; connection++)
        {
            var thief = Claim('a', $"thief-{connection}", "10.0.0.66");
            for (var request = 0; request < 10; request++)
            {
                taken += (await _broker.AnswerAsync(thief, Create, "")).TryGetProperty("errorCode", out _) ? 0 : 1;
            }

            _rig.Clock.Advance(TimeSpan.FromSeconds(10)); // so that rates alone do not keep him
        }

        Assert.That(taken, Is.EqualTo(OwnershipStore.MostOpenOfAddress));
        var honest = Claim('a', "vac-17", "10.0.0.17");
        var created = await _broker.AnswerAsync(honest, Create, "");
        Assert.That(Text(await _broker.AnswerAsync(honest, Register, Request(created, "17")), "thingName"), Is.EqualTo("vac-17"));
    }

    [Test]
    public async Task Refused_requests_of_one_address_take_nothing_from_the_others()
    {
        for (var connection = 0; connection < 60; connection++)
        {
            var thief = Claim('a', $"thief-{connection}", "10.0.0.66");
            for (var request = 0; request < ProvisioningThrottle.BurstOfOne; request++)
            {
                await _broker.AnswerAsync(thief, Register, "{}");
            }
        }

        Assert.That((await _broker.AnswerAsync(Claim('b', "vac-17", "10.0.0.17"), Create, "")).TryGetProperty("errorCode", out _), Is.False, "at the same moment");
    }

    [Test]
    public async Task A_device_whose_answers_are_lost_again_and_again_replaces_what_it_has_left()
    {
        for (var tries = 0; tries < OwnershipStore.MostOpenOfAddress + 5; tries++)
        {
            _rig.Clock.Advance(TimeSpan.FromSeconds(10));
            Assert.That((await _broker.AnswerAsync(Claim('a'), Create, "")).TryGetProperty("errorCode", out _), Is.False, $"try {tries}");
        }

        Assert.That(_rig.Get<OwnershipStore>().All, Has.Count.EqualTo(OwnershipStore.MostOpenOfAddress));
        Assert.That((await _broker.AnswerAsync(Claim('a', "another"), Create, "")).TryGetProperty("errorCode", out _), Is.True, "and nobody else's");
    }

    [Test]
    public void Addresses_beyond_what_is_told_apart_share_one_rate()
    {
        var throttle = new ProvisioningThrottle(_rig.Clock);
        for (var number = 0; number < 2 * ProvisioningThrottle.MostSources; number++)
        {
            throttle.TryEnter(Claim('a', $"c{number}", $"10.1.{number / 250}.{number % 250}"));
            _rig.Clock.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.That(throttle.TryEnter(Claim('a', "honest", "10.2.0.1")), Is.True);
    }

    [TestCase("claim")]
    [TestCase("template")]
    public async Task What_is_taken_back_while_a_request_waits_for_its_hook_provisions_nobody(string what)
    {
        await PutTemplateAsync("floor", Some.Template, hook: "gate");
        var asked = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _hook.Answer = () =>
        {
            asked.SetResult(true);
            return answer.Task;
        };
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");
        _broker.Send(claim, Register, Request(created, "1"));
        await Eventually.CompletesAsync(asked.Task, "the hook to be asked");

        await (what == "claim"
            ? _rig.Certificates.DeleteAsync(_claims['a'], ChangedBy.Local)
            : _rig.Get<TemplateStore>().SetEnabledAsync("floor", false, ChangedBy.Local, default));
        answer.SetResult("""{"allowProvisioning": true}""");

        using var refused = JsonDocument.Parse((await _broker.NextAsync()).Payload);
        Assert.That(Text(refused.RootElement, "errorCode"), Is.EqualTo("AccessDenied"));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Null);
        Assert.That(_rig.Certificates.Find(Text(created, "certificateId"))?.Status, Is.Not.EqualTo(CertificateStatus.Active));
    }

    [Test]
    public async Task A_hook_that_is_not_there_is_said_so_in_the_audit()
    {
        await PutTemplateAsync("floor", Some.Template, hook: "gate");
        _hook.Missing.Add("gate");
        var claim = Claim('a');

        var answer = await _broker.AnswerAsync(claim, Register, Request(await _broker.AnswerAsync(claim, Create, ""), "1"));

        Assert.That(Text(answer, "errorCode"), Is.EqualTo("AccessDenied"));
        Assert.That(_rig.Audit.Entries.Last().Reason, Does.Contain("there is no function 'gate'"));
    }

    [Test]
    public async Task A_policy_that_is_gone_makes_nothing()
    {
        await PutTemplateAsync("floor", Some.Template.Replace("thing-default", "no-such-policy", StringComparison.Ordinal));
        var claim = Claim('a');

        var answer = await _broker.AnswerAsync(claim, Register, Request(await _broker.AnswerAsync(claim, Create, ""), "1"));

        Assert.That(Text(answer, "errorCode"), Is.EqualTo("InternalError"));
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Null);
    }

    [Test]
    public async Task What_a_sudden_end_left_half_done_is_taken_back_at_the_next_start()
    {
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");
        var (id, store) = (Text(created, "certificateId"), _rig.Get<OwnershipStore>());
        await store.PutAsync(store.All.Single() with { State = OwnershipState.Applying, Thing = "vac-1", MakesThing = true });
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        await _rig.Certificates.AttachAsync(id, "vac-1", ChangedBy.Local);

        await _rig.RestartAsync();

        Assert.That(_rig.Get<IThingRegistry>().Find("vac-1"), Is.Null);
        Assert.That(_rig.Certificates.Find(id), Is.Null);
        Assert.That(_rig.Get<OwnershipStore>().All, Is.Empty);
    }

    [Test]
    public async Task A_token_survives_a_restart_and_is_kept_as_a_hash_only()
    {
        var claim = Claim('a');
        var created = await _broker.AnswerAsync(claim, Create, "");

        await _rig.RestartAsync();

        Assert.That(_rig.Get<OwnershipStore>().Find(OwnershipStore.HashOf(Text(created, "certificateOwnershipToken"))), Is.Not.Null);
        await _rig.StopAsync();
        foreach (var file in Directory.EnumerateFiles(_rig.Folder, "identity.db*"))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            Assert.That(bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Text(created, "certificateOwnershipToken"))), Is.Negative, file);
            Assert.That(bytes.AsSpan().IndexOf("PRIVATE KEY"u8), Is.Negative, file);
        }
    }

    private ConnectedClient Claim(char digit, string client = "device", string address = "192.168.1.9") => Client(client, Certificate(_claims[digit], null), address);

    private static Principal Certificate(string fingerprint, string? thing) => new() { Kind = PrincipalKind.Certificate, Name = fingerprint, Thing = thing };

    private static ConnectedClient Client(string client, Principal? principal, string address = "192.168.1.9") => new()
    {
        ClientIdentifier = client, Credential = principal?.Id, Tag = principal, ListenerName = "tls", RemoteEndPoint = $"{address}:50000",
    };

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString()! : $"no {name} in {element.GetRawText()}";

    private static string Request(JsonElement created, string serial) =>
        JsonSerializer.Serialize(new { certificateOwnershipToken = Text(created, "certificateOwnershipToken"), parameters = Some.Serial(serial) });

    private static Dictionary<string, object?> ReadCbor(MqttMessage message)
    {
        var reader = new CborReader(message.Payload);
        var found = new Dictionary<string, object?>();
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var name = reader.ReadTextString();
            if (reader.PeekState() == CborReaderState.TextString)
            {
                found[name] = reader.ReadTextString();
            }
            else
            {
                reader.SkipValue();
            }
        }

        return found;
    }

    private Task PutTemplateAsync(string name, string document, string? hook = null) =>
        _rig.Get<TemplateStore>().PutAsync(name, document, hook, isEnabled: true, mustBeNew: false, ChangedBy.Local, default);
}
