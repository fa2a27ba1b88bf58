using System.Net;
using System.Security.Cryptography;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Secrets;

internal sealed class SecretsOfTheDaemonTests
{
    private const string Value = "hunter2-of-the-cloud";
    private const string Missing = "cloud.mqtt.password-secret: secret 'cloud-password' is not there: roost secret set cloud-password";
    private const string KeyName = "roost-secrets-key";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_daemon_whose_cloud_misses_a_secret_starts_says_so_shows_its_value_nowhere_and_deletes_it_by_force_alone()
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder["data"], environment: Cloud());

        await Eventually.IsTrueAsync(async () => (await daemon.Http.GetStringAsync("/healthz")).Contains(Missing, StringComparison.Ordinal), "health to say so");
        Assert.That(await daemon.Http.GetStringAsync("/api/v1/doctor"), Does.Contain(Missing)
            .And.Contain("http.bearer-token-secret of export http of stream telemetry: secret 'web-token' is not there: roost secret set web-token"));

        Assert.That((await SetAsync(daemon, "cloud-password"), await SetAsync(daemon, "web-token")), Is.EqualTo((HttpStatusCode.Created, HttpStatusCode.Created)));
        Assert.That(await daemon.Http.GetStringAsync("/healthz"), Does.Not.Contain("roost secret set web-token"));
        foreach (var path in new[] { "/healthz", "/api/v1/doctor", "/api/v1/status", "/api/v1/secrets", "/metrics" })
        {
            Assert.That(await daemon.Http.GetStringAsync(path), Does.Not.Contain(Value), path);
        }

        Assert.That(await daemon.Http.GetStringAsync("/api/v1/secrets"), Does.Contain("\"usedBy\":[\"cloud.mqtt.password-secret\"]"));
        await SetAsync(daemon, "nobodys");

        using var refused = await daemon.Http.DeleteAsync("/api/v1/secrets/cloud-password");
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("in use by cloud.mqtt.password-secret").And.Contain("--force"));
        using var free = await daemon.Http.DeleteAsync("/api/v1/secrets/nobodys");
        using var forced = await daemon.Http.DeleteAsync("/api/v1/secrets/cloud-password?force=true");
        using var again = await daemon.Http.DeleteAsync("/api/v1/secrets/cloud-password");

        Assert.That((free.StatusCode, forced.StatusCode, again.StatusCode), Is.EqualTo((HttpStatusCode.NoContent, HttpStatusCode.NoContent, HttpStatusCode.NotFound)));
        Assert.That(daemon.Errors + daemon.Output, Does.Not.Contain(Value));
    }

    [Test]
    public async Task A_secret_that_a_function_refers_to_is_in_use()
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder["data"]);
        await SetAsync(daemon, "api");
        var code = Directory.CreateDirectory(Path.Combine(_folder["data"], "functions", "on-bump")).FullName;
        await File.WriteAllTextAsync(Path.Combine(code, "index.js"), "exports.handler = async () => 1;");
        await File.WriteAllTextAsync(Path.Combine(code, "function.yaml"), "name: on-bump\nruntime: nodejs20.x\nhandler: index.handler\nenvironment: { TOKEN: \"Bearer ${secret:api}\" }\n");

        await Eventually.IsTrueAsync(async () => (await daemon.Http.GetStringAsync("/api/v1/secrets")).Contains("\"usedBy\":[\"function on-bump\"]", StringComparison.Ordinal), "the function to be deployed");
        using var refused = await daemon.Http.DeleteAsync("/api/v1/secrets/api");

        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("in use by function on-bump"));
    }

    [Test]
    public async Task The_key_comes_from_the_credential_of_systemd_takes_the_files_place_and_without_it_no_secret_is_read()
    {
        var credentials = Directory.CreateDirectory(_folder["credentials"]).FullName;
        var file = Path.Combine(_folder["data"], "identity", "secrets.key");
        await using (var before = await DaemonProcess.StartAsync(_folder["data"]))
        {
            await SetAsync(before, "cloud-password");
            Assert.That(File.Exists(file), Is.True);
        }

        await File.WriteAllTextAsync(Path.Combine(credentials, KeyName), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
        await using (var with = await DaemonProcess.StartAsync(_folder["data"], environment: With(credentials)))
        {
            Assert.That(await RevealAsync(with), Does.Contain(Value));
            Assert.That(File.Exists(file), Is.False, "everything is sealed with the credential, and nothing needs the file");
            using var rekey = await with.Http.PostAsync("/api/v1/secrets-key/rotate", null);
            Assert.That(rekey.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
            Assert.That(await rekey.Content.ReadAsStringAsync(), Does.Contain(KeyName));
        }

        await using var without = await DaemonProcess.StartAsync(_folder["data"]);
        Assert.That(await RevealAsync(without), Does.Not.Contain(Value));
        Assert.That(await without.Http.GetStringAsync("/api/v1/secrets"), Does.Contain("its key is not here"));
    }

    [Test]
    public async Task A_credential_that_is_no_key_ends_the_start_with_its_name_and_what_to_do()
    {
        var credentials = Directory.CreateDirectory(_folder["credentials"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(credentials, KeyName), Convert.ToBase64String(RandomNumberGenerator.GetBytes(31)));
        await using var daemon = DaemonProcess.Launch(["--data", _folder["data"]], new Dictionary<string, string>(With(credentials))
        {
            ["ROOST__MQTT__LISTENERS"] = "[{ address: 127.0.0.1, port: 0 }]", ["ROOST__HTTP__LISTENERS"] = "[{ address: 127.0.0.1, port: 0 }]",
        });

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(ExitCode.DataRefused));
        Assert.That(daemon.Errors, Does.Contain(Path.Combine(credentials, KeyName)).And.Contain("head -c 32 /dev/urandom | base64"));
    }

    [Test]
    public async Task A_secret_and_a_file_for_the_same_are_refused_with_their_line_and_without_their_values()
    {
        await File.WriteAllTextAsync(_folder["password"], Value);
        await File.WriteAllTextAsync(_folder["roost.yaml"], "cloud:\n  mqtt:\n    host: 127.0.0.1\n    password-file: password\n    password-secret: cloud-password\n  s3:\n    secret-access-key-secret: 'hunter2 of the cloud'\n");
        await using var daemon = DaemonProcess.Launch(["--check-config", "--config", _folder["roost.yaml"]]);

        Assert.That(await daemon.ExitAsync(), Is.EqualTo(ExitCode.Misconfigured));
        Assert.That(daemon.Errors, Does.Contain($"{_folder["roost.yaml"]}:5: cloud.mqtt.password-secret: is set and so is password-file; use one of them"));
        Assert.That(daemon.Errors, Does.Contain($"{_folder["roost.yaml"]}:7: cloud.s3.secret-access-key-secret: is no name of a secret").And.Not.Contain("hunter2"));
    }

    private static Dictionary<string, string> Cloud() => new()
    {
        ["ROOST__CLOUD__MQTT__HOST"] = "127.0.0.1",
        ["ROOST__CLOUD__MQTT__PORT"] = $"{FreePort.Next()}", // nobody is there: what the cloud would say is not what is looked at
        ["ROOST__CLOUD__MQTT__USER_NAME"] = "site-17",
        ["ROOST__CLOUD__MQTT__PASSWORD_SECRET"] = "cloud-password",
        ["ROOST__STREAMS"] = "{ telemetry: { } }",
        ["ROOST__CLOUD__EXPORTS"] = "[{ stream: telemetry, to: http, http: { url: 'http://127.0.0.1:9/', bearer-token-secret: web-token } }]",
    };

    private static Dictionary<string, string> With(string credentials) => new() { ["CREDENTIALS_DIRECTORY"] = credentials };

    private static async Task<HttpStatusCode> SetAsync(DaemonProcess daemon, string name)
    {
        using var answer = await daemon.Http.PutAsync($"/api/v1/secrets/{name}", new StringContent(Value));
        return answer.StatusCode;
    }

    private static async Task<string> RevealAsync(DaemonProcess daemon)
    {
        using var answer = await daemon.Http.PostAsync("/api/v1/secrets/cloud-password/reveal", null);
        return await answer.Content.ReadAsStringAsync();
    }
}
