using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Roost.LocalLambda.Tests.Code.Zip;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

/// <summary>kill -9 of the daemon while a function is created and replaced.</summary>
internal sealed class CodeKillTests : FunctionFixture
{
    private const int Kills = 6;
    private const int Parts = 40;

    [Test]
    public async Task A_daemon_that_is_killed_while_code_is_replaced_has_the_old_function_or_the_new_one()
    {
        byte[][] zips = [Zip('a'), Zip('b')];
        string[] hashes = [.. zips.Select(zip => Convert.ToBase64String(SHA256.HashData(zip)))];
        var next = 0;
        string? kept = null;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var daemon = Start();
            try
            {
                using var client = new HttpClient { BaseAddress = new Uri((await LineAsync(daemon))!.Split(' ')[1]) };
                if (kill % 2 == 1)
                {
                    using var response = await SendAsync(client, zips[next], kept);
                    Assert.That(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
                    (kept, next) = (hashes[next], 1 - next);
                }

                var last = SendAsync(client, zips[next], kept);
                await Task.WhenAny(last, Task.Delay(TimeSpan.FromMilliseconds(3 * kill), TimeProvider.System)); // not to wait for something: this is when it dies
                daemon.Kill();
                try
                {
                    using var response = await last;
                    kept = response.IsSuccessStatusCode ? hashes[next] : kept;
                }
                catch (HttpRequestException)
                {
                    // It died before it had answered.
                }
            }
            finally
            {
                daemon.Kill(entireProcessTree: true);
                await daemon.WaitForExitAsync();
            }

            await StartAsync();
            var found = Host.TryFind("f", out var function) ? function.Record?.Latest.CodeSha256 : null;
            Assert.That(found, Is.EqualTo(kept).Or.EqualTo(hashes[next]), "what was acknowledged, or what was under way");
            if (found is not null)
            {
                AssertComplete(found, 'a' + Array.IndexOf(hashes, found));
            }

            await StopAsync();
            (kept, next) = (found, found is null ? next : 1 - Array.IndexOf(hashes, found));
        }

        Assert.That(kept, Is.Not.Null, "some of it was acknowledged");
        await StartAsync();
        Assert.That(await AnswerAsync("f"), Is.EqualTo($"\"{(char)('a' + Array.IndexOf(hashes, kept))}\""));
    }

    private static byte[] Zip(char letter)
    {
        var zip = new ZipBuilder().Add("main.py", $"def handler(event, context): return '{letter}'");
        for (var part = 0; part < Parts; part++)
        {
            zip.Add($"folder{part % 5}/part{part}", new string(letter, 10_000));
        }

        return zip.ToArray();
    }

    /// <summary>Creates the function when nothing is kept yet, else replaces its code.</summary>
    private static Task<HttpResponseMessage> SendAsync(HttpClient client, byte[] zip, string? kept) => kept is null
        ? client.PostAsync("/2015-03-31/functions", JsonContent.Create(new { FunctionName = "f", Role = "r", Runtime = "python3.x", Handler = "main.handler", Code = new { ZipFile = zip } }, options: JsonSerializerOptions.Default))
        : client.PutAsync("/2015-03-31/functions/f/code", JsonContent.Create(new { ZipFile = zip }, options: JsonSerializerOptions.Default));

    private static Task<string?> LineAsync(Process process) => Eventually.CompletesAsync(process.StandardOutput.ReadLineAsync(), "a line of the daemon", TimeSpan.FromSeconds(60));

    private void AssertComplete(string hash, int letter)
    {
        var folder = Host.Code.PathOf(hash);
        Assert.That(Convert.ToBase64String(SHA256.HashData(File.ReadAllBytes(Host.Code.ZipOf(hash)!))), Is.EqualTo(hash));
        Assert.That(Directory.GetFiles(folder, "part*", SearchOption.AllDirectories).Count(path => File.ReadAllBytes(path) is { Length: 10_000 } bytes && Array.TrueForAll(bytes, value => value == letter)), Is.EqualTo(Parts));
        Assert.That(Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!), Is.EquivalentTo(new[] { folder, folder + ".zip" }), "nothing half is left");
    }

    private Process Start()
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("LocalLambda.Tests", "LocalLambda.Host", StringComparison.Ordinal), "Roost.LocalLambda.Host.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, Folder["functions"], Folder["data"], "http"]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }
}
