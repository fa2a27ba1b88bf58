using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Roost.Streams.Credentials;
using Roost.Streams.Export.Web;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.Web;

public sealed partial class SignatureTests
{
    /// <summary>The receiver's five lines as the documentation has them, run.</summary>
    [TestCase("a secret of both sides", "b'a secret of both sides'")]
    [TestCase("whsec_AAECAwQFBgcICQoLDA0ODw==", "bytes(range(16))")]
    public async Task The_documented_receiver_takes_what_is_signed_and_nothing_else(string inFile, string key)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["key"], inFile + "\n");
        await using var server = await WebServer.StartAsync();
        await using var target = new HttpTarget(
            new ExportOptions { Stream = "telemetry", To = ExportTarget.Http, Http = new ExportHttpOptions { Url = $"{server.Url}", HmacKeyFile = folder["key"] } }, () => "gw", new NoStreamSecrets(), TimeProvider.System);
        await target.SendAsync(Batches.Of(0, 3), default);
        var request = server.Requests.Single();
        File.WriteAllBytes(folder["body"], request.Body);
        File.WriteAllText(folder["headers"], JsonSerializer.Serialize(request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value)));
        var documented = Example().Match(File.ReadAllText(Path.Combine(SourceTree.Root, "docs/exports.md"))).Groups["code"].Value;
        File.WriteAllText(folder["check.py"], $"""
            {documented}
            import json, time
            headers, body, key, now = json.load(open('headers')), open('body', 'rb').read(), {key}, time.time()
            print(is_genuine(headers, body, key, now), is_genuine(headers, body + b'x', key, now), is_genuine(headers, body, b'other', now), is_genuine(headers, body, key, now + 301),
                  is_genuine(dict(headers, **dict([('webhook-id', 'other')])), body, key, now))
            """);

        using var python = Process.Start(new ProcessStartInfo("python3", "check.py") { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = folder.Path })!;
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();

        Assert.That(said.Trim(), Is.EqualTo("True False False False False"));
    }

    [GeneratedRegex("(?s)```python\n(?<code>.*?)```", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Example();
}
