using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Roost.Identity.Signatures;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Signatures;

/// <summary>Signed requests that are not what they say, each told from one that is good by one thing alone.</summary>
public sealed class SignatureCheckTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly IPAddress _source = IPAddress.Parse("192.0.2.7");

    private FixedTls _clock = null!;
    private OneKey _keys = null!;
    private SignatureChecks _checks = null!;

    [SetUp]
    public void Begin()
    {
        (_clock, _keys) = (new FixedTls { TrustedNow = _now }, new OneKey());
        _checks = new SignatureChecks(_keys, new NoGuard(), _clock);
    }

    [Test]
    public async Task A_good_signature_is_its_keys() => Assert.That((await CheckAsync(Sign("GET", "/things/a/shadow"))).Principal!.Id, Is.EqualTo("key/AKIAEXAMPLE0000000001"));

    [Test]
    public async Task A_topic_with_escapes_is_encoded_once_more() =>
        Assert.That((await CheckAsync(Sign("POST", "/topics/a%2Fb%20c%2F%24d?qos=1&contentType=a%2Fb", canonicalPath: "/topics/a%252Fb%2520c%252F%2524d"))).Principal, Is.Not.Null);

    [TestCase("POST", "/things/a/shadow", "", TestName = "another method")]
    [TestCase("GET", "/things/b/shadow", "", TestName = "another path")]
    [TestCase("GET", "/things/a%2Fshadow", "", TestName = "a slash that is escaped")]
    [TestCase("GET", "/things/a/shadow?name=x", "", TestName = "a parameter more")]
    [TestCase("GET", "/things/a/shadow", "Host", TestName = "another host")]
    [TestCase("GET", "/things/a/shadow", "X-Amz-Date", TestName = "another time")]
    public async Task A_request_that_was_changed_is_refused(string method, string target, string header)
    {
        var signed = Sign("GET", "/things/a/shadow");
        var changed = signed with
        {
            Method = method,
            RawTarget = target,
            Headers = [.. signed.Headers.Select(pair => pair.Key == header ? KeyValuePair.Create(pair.Key, header == "Host" ? "evil.example" : "20261122T120001Z") : pair)],
        };

        Assert.That((await CheckAsync(changed)).Fault, Is.EqualTo(CredentialFault.WrongSecret));
    }

    [Test]
    public async Task Another_body_is_refused() => Assert.That((await CheckAsync(Sign("POST", "/topics/a"), payload: Hash("other"))).Fault, Is.EqualTo(CredentialFault.WrongSecret));

    [Test]
    public async Task Another_secret_is_refused() => Assert.That((await CheckAsync(Sign("GET", "/things/a/shadow", secret: "guess"))).Fault, Is.EqualTo(CredentialFault.WrongSecret));

    [Test]
    public async Task A_key_that_nobody_has_is_refused()
    {
        var request = Sign("GET", "/things/a/shadow", key: "AKIAEXAMPLE0000000002");

        var check = await _checks.BeginAsync(request, default);

        Assert.That((check.Refused!.Fault, check.Refused.Claimed), Is.EqualTo((CredentialFault.Unknown, "key/AKIAEXAMPLE0000000002")));
    }

    [Test]
    public async Task Only_a_good_signature_is_a_use_of_its_key()
    {
        await CheckAsync(Sign("GET", "/things/a/shadow", secret: "guess"));
        Assert.That(_keys.Used, Is.Empty);
        await CheckAsync(Sign("GET", "/things/a/shadow"));
        Assert.That(_keys.Used, Is.EqualTo(new[] { "AKIAEXAMPLE0000000001" }));
    }

    [Test]
    public async Task A_key_that_is_not_active_is_refused()
    {
        _keys.IsActive = false;

        Assert.That((await CheckAsync(Sign("GET", "/things/a/shadow"))).Fault, Is.EqualTo(CredentialFault.Inactive));
    }

    [TestCase(-301, CredentialFault.ClockSkew)]
    [TestCase(-299, CredentialFault.None)]
    [TestCase(299, CredentialFault.None)]
    [TestCase(301, CredentialFault.ClockSkew)]
    public async Task Clocks_may_differ_by_five_minutes(int seconds, CredentialFault expected) =>
        Assert.That((await CheckAsync(Sign("GET", "/things/a/shadow", at: _now.AddSeconds(seconds)))).Fault, Is.EqualTo(expected));

    [Test]
    public async Task A_signature_for_another_service_is_refused() => Assert.That((await CheckAsync(Sign("GET", "/things/a/shadow", service: "lambda"))).Fault, Is.EqualTo(CredentialFault.Malformed));

    [Test]
    public async Task A_signature_without_the_host_is_refused() => Assert.That((await CheckAsync(Sign("GET", "/things/a/shadow", signedHeaders: ["x-amz-date"]))).Fault, Is.EqualTo(CredentialFault.Malformed));

    [Test]
    public async Task One_of_AWSs_headers_that_is_not_signed_is_refused()
    {
        var request = Sign("POST", "/topics/a");

        Assert.That((await CheckAsync(request with { Headers = [.. request.Headers, new("X-Amz-Mqtt5-Correlation-Data", "eA==")] })).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    [Test]
    public async Task A_header_that_came_twice_is_not_the_one_that_was_signed()
    {
        var request = Sign("GET", "/things/a/shadow");

        Assert.That((await CheckAsync(request with { Headers = [.. request.Headers, new("Host", "evil.example")] })).Fault, Is.EqualTo(CredentialFault.WrongSecret));
    }

    [TestCase("X-Amz-Security-Token")]
    [TestCase("Authorization")]
    [TestCase("X-Amz-Date")]
    public async Task A_header_too_much_is_refused(string name)
    {
        var request = Sign("GET", "/things/a/shadow");

        Assert.That((await CheckAsync(request with { Headers = [.. request.Headers, new(name, "x")] })).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    [TestCase("")]
    [TestCase("AWS4-HMAC-SHA256")]
    [TestCase("AWS4-HMAC-SHA256 Credential=a")]
    [TestCase("AWS4-ECDSA-P256-SHA256 Credential=a/20261122/r/iotdata/aws4_request, SignedHeaders=host, Signature=00")]
    [TestCase("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000001/20261122/r/iotdata/aws4_request, SignedHeaders=host;x-amz-date, Signature=zz")]
    [TestCase("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000001/20261122/r/iotdata, SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000001/20261121/r/iotdata/aws4_request, SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000001/20261122/r/iotdata/aws4_request, SignedHeaders=x-amz-date;host, Signature=0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000001/20261122/r/iotdata/aws4_request, Credential=x, SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task What_is_not_written_as_a_signature_is_refused(string authorization)
    {
        var request = Sign("GET", "/things/a/shadow");

        Assert.That((await CheckAsync(request with { Headers = [.. request.Headers.Where(pair => pair.Key != "Authorization"), new("Authorization", authorization)] })).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    [Test]
    public async Task A_change_is_not_made_again_later()
    {
        var request = Sign("POST", "/topics/a");
        Assert.That((await CheckAsync(request)).Principal, Is.Not.Null);

        _clock.TrustedNow += TimeSpan.FromSeconds(3);

        Assert.That((await CheckAsync(request)).Fault, Is.EqualTo(CredentialFault.Replayed));
    }

    [Test]
    public async Task A_change_is_not_made_again_from_elsewhere()
    {
        var request = Sign("POST", "/topics/a");
        Assert.That((await CheckAsync(request)).Principal, Is.Not.Null);

        Assert.That((await CheckAsync(request with { Source = IPAddress.Parse("192.0.2.8") })).Fault, Is.EqualTo(CredentialFault.Replayed));
    }

    [Test]
    public async Task Two_equal_changes_of_one_second_are_two_changes()
    {
        Assert.That((await CheckAsync(Sign("POST", "/topics/a"))).Principal, Is.Not.Null);

        Assert.That((await CheckAsync(Sign("POST", "/topics/a"))).Principal, Is.Not.Null, "boto3 signs no more than host and date");
    }

    [Test]
    public async Task What_looks_at_something_may_be_repeated()
    {
        var request = Sign("GET", "/things/a/shadow");
        Assert.That((await CheckAsync(request)).Principal, Is.Not.Null);
        _clock.TrustedNow += TimeSpan.FromMinutes(4);

        Assert.That((await CheckAsync(request)).Principal, Is.Not.Null);
    }

    [Test]
    public async Task Nobody_without_a_key_fills_the_memory_of_signatures()
    {
        for (var i = 0; i < 100; i++)
        {
            await CheckAsync(Sign("POST", $"/topics/{i}", secret: "guess"));
        }

        var seen = new SeenSignatures();
        Assert.That(seen.TryUse("key-0", "a", _source, _now, _now), Is.EqualTo(SignatureUse.Allowed));
        for (var i = 1; i < SeenSignatures.Capacity; i++)
        {
            seen.TryUse($"key-{i / SeenSignatures.MostOfKey}", $"{i}", _source, _now, _now.AddMinutes(5));
        }

        Assert.That(seen.TryUse("another", "one more", _source, _now, _now.AddMinutes(5)), Is.EqualTo(SignatureUse.NoRoom));
        Assert.That(seen.TryUse("another", "one more", _source, _now.AddSeconds(1), _now.AddMinutes(5)), Is.EqualTo(SignatureUse.Allowed), "the one that has expired made room");
    }

    [Test]
    public void A_key_that_signs_without_end_keeps_no_other_out()
    {
        var seen = new SeenSignatures();
        for (var i = 0; i < SeenSignatures.MostOfKey; i++)
        {
            seen.TryUse("robot", $"{i}", _source, _now, _now.AddMinutes(5));
        }

        Assert.That(seen.TryUse("robot", "one more", _source, _now, _now.AddMinutes(5)), Is.EqualTo(SignatureUse.NoRoom));
        Assert.That(seen.TryUse("owner", "the first", _source, _now, _now.AddMinutes(5)), Is.EqualTo(SignatureUse.Allowed));
        Assert.That(seen.TryUse("robot", "later", _source, _now.AddMinutes(6), _now.AddMinutes(11)), Is.EqualTo(SignatureUse.Allowed));
    }

    [TestCase("/retainedMessage/a//b")]
    [TestCase("//retainedMessage/a/b")]
    public async Task A_signature_is_none_for_a_path_that_the_signed_text_does_not_tell_apart(string path) =>
        Assert.That((await CheckAsync(Sign("GET", path))).Fault, Is.EqualTo(CredentialFault.Malformed));

    [Test]
    public async Task A_presigned_address_is_its_keys_until_it_expires()
    {
        var request = Presign("/mqtt", expires: "60");
        Assert.That((await CheckAsync(request)).Principal, Is.Not.Null);

        _clock.TrustedNow += TimeSpan.FromSeconds(61);

        Assert.That((await CheckAsync(request)).Fault, Is.EqualTo(CredentialFault.Expired));
    }

    [Test]
    public async Task A_presigned_address_that_states_no_end_ends_after_five_minutes()
    {
        var request = Presign("/mqtt", expires: null);
        Assert.That((await CheckAsync(request)).Principal, Is.Not.Null);

        _clock.TrustedNow += TimeSpan.FromSeconds(301);

        Assert.That((await CheckAsync(request)).Fault, Is.EqualTo(CredentialFault.Expired));
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("86401")]
    [TestCase("")]
    public async Task A_presigned_address_has_an_end(string expires) => Assert.That((await CheckAsync(Presign("/mqtt", expires))).Fault, Is.EqualTo(CredentialFault.Malformed));

    [Test]
    public async Task A_presigned_address_with_a_longer_end_than_was_signed_is_refused()
    {
        var request = Presign("/mqtt", expires: "60");

        Assert.That((await CheckAsync(request with { RawTarget = request.RawTarget.Replace("X-Amz-Expires=60", "X-Amz-Expires=600", StringComparison.Ordinal) })).Fault, Is.EqualTo(CredentialFault.WrongSecret));
    }

    [TestCase("&X-Amz-Security-Token=x")]
    [TestCase("&X-Amz-Signature=0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("&X-Amz-Date=20261122T120000Z")]
    public async Task A_presigned_address_with_more_is_refused(string more)
    {
        var request = Presign("/mqtt", expires: "60");

        Assert.That((await CheckAsync(request with { RawTarget = request.RawTarget + more })).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    [Test]
    public async Task Presigned_addresses_change_nothing()
    {
        var request = Presign("/topics/a", expires: "60", method: "POST");

        Assert.That((await CheckAsync(request)).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    private async Task<CredentialCheck> CheckAsync(SignedRequest request, string payload = EmptyHash)
    {
        var check = await _checks.BeginAsync(request, default);
        return check.Refused ?? check.Finish(check.PayloadHash ?? payload);
    }

    /// <summary>A signer of the tests' own, by the letter of AWS's description.</summary>
    private static SignedRequest Sign(
        string method, string target, string secret = Secret, string key = "AKIAEXAMPLE0000000001", DateTimeOffset? at = null, string service = "iotdata",
        string[]? signedHeaders = null, string? canonicalPath = null)
    {
        var time = (at ?? _now).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        signedHeaders ??= ["host", "x-amz-date"];
        var values = new Dictionary<string, string> { ["host"] = "gw.local:8443", ["x-amz-date"] = time };
        var (path, query) = target.Split('?') is [var one, var two] ? (one, two) : (target, "");
        var canonical = $"{method}\n{canonicalPath ?? path}\n{string.Join('&', query.Split('&').Order(StringComparer.Ordinal))}\n"
            + $"{string.Concat(signedHeaders.Select(name => $"{name}:{values[name]}\n"))}\n{string.Join(';', signedHeaders)}\n{EmptyHash}";
        var scope = $"{time[..8]}/eu-west-1/{service}/aws4_request";
        return new SignedRequest
        {
            Method = method, RawTarget = target, Source = _source, Services = ["iotdata", "iotdevicegateway"],
            Headers =
            [
                new("Host", "gw.local:8443"), new("X-Amz-Date", time),
                new("Authorization", $"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={string.Join(';', signedHeaders)}, Signature={Signature(secret, time, scope, canonical)}"),
            ],
        };
    }

    private static SignedRequest Presign(string path, string? expires, string method = "GET")
    {
        var time = _now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/eu-west-1/iotdevicegateway/aws4_request";
        var query = $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Uri.EscapeDataString($"AKIAEXAMPLE0000000001/{scope}")}&X-Amz-Date={time}"
            + $"{(expires is null ? "" : $"&X-Amz-Expires={expires}")}&X-Amz-SignedHeaders=host";
        var canonical = $"{method}\n{path}\n{query}\nhost:gw.local:8443\n\nhost\n{EmptyHash}";
        return new SignedRequest
        {
            Method = method, RawTarget = $"{path}?{query}&X-Amz-Signature={Signature(Secret, time, scope, canonical)}", Source = _source, Services = ["iotdata", "iotdevicegateway"],
            Headers = [new("Host", "gw.local:8443")],
        };
    }

    private static string Signature(string secret, string time, string scope, string canonical)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}")));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed class OneKey : IAccessKeys
    {
        public bool IsActive { get; set; } = true;

        public List<string> Used { get; } = [];

        public bool IsSealed(string accessKeyId) => false;

        public void NoteUse(string accessKeyId) => Used.Add(accessKeyId);

        public ValueTask<AccessKeySecret?> FindAsync(string accessKeyId, CancellationToken cancellationToken) => ValueTask.FromResult(accessKeyId == "AKIAEXAMPLE0000000001"
            ? new AccessKeySecret(new Principal { Kind = PrincipalKind.AccessKey, Name = accessKeyId }, Secret, IsActive)
            : null);
    }

    private sealed class FixedTls : IGatewayTls
    {
        public string CertificateFile => "";

        public string KeyFile => "";

        public string ClientAuthoritiesFile => "";

        public DateTimeOffset TrustedNow { get; set; }
    }

    private sealed class NoGuard : IGuessingGuard
    {
        public TimeSpan LockedFor(string claimed, IPAddress? source) => TimeSpan.Zero;

        public void Failed(string claimed, IPAddress? source)
        {
        }

        public void Succeeded(string claimed, IPAddress? source)
        {
        }

        public IReadOnlyList<GuessingLock> LocksOf(string claimed) => [];

        public void Unlock(string claimed)
        {
        }
    }
}
