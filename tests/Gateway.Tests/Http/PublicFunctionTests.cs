using System.IO.Compression;
using System.Text.Json;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

public sealed class PublicFunctionTests
{
    [Test]
    public async Task Only_functions_that_the_owner_has_named_are_open_to_everybody_and_judge_credentials_themselves()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await SecureDaemon.StartAsync(folder, "  public-functions: [ hook ]");
        using var client = daemon.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Basic aG9vazpzZWNyZXQ=");

        // None of them is there: 404 comes from behind the door.
        foreach (var (path, status) in new[] { ("/fn/hook/", 404), ("/fn/hook:live/x", 404), ("/fn/arn:aws:lambda:r:0:function:hook/", 404), ("/fn/hook2/", 403), ("/fn/other/", 403), ("/2015-03-31/functions/hook", 403) })
        {
            using var answer = await client.GetAsync(path);
            Assert.That((int)answer.StatusCode, Is.EqualTo(status), path);
        }
    }

    [Test]
    public async Task A_credential_of_this_gateway_is_not_handed_to_the_functions_code_and_one_of_its_own_is()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await SecureDaemon.StartAsync(folder, "  public-functions: [ hook ]");
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("main.py").Open();
            entry.Write("def handler(event, context): return event['headers'].get('authorization', 'nothing')"u8);
        }

        await daemon.PostLocallyAsync("/2015-03-31/functions", JsonSerializer.Serialize(new { FunctionName = "hook", Role = "arn:aws:iam::000000000000:role/r", Runtime = "python3.x", Handler = "main.handler", Timeout = 60, Code = new { ZipFile = Convert.ToBase64String(zip.ToArray()) } }));
        await daemon.PostLocallyAsync("/2021-10-31/functions/hook/url", """{"AuthType":"NONE"}""");
        using var client = daemon.Client();

        Assert.That(await SayAsync(client, $"Bearer {(await daemon.MakeTokenAsync(null, "admin")).Token}"), Is.EqualTo("\"nothing\""));
        Assert.That(await SayAsync(client, "Bearer of-the-function"), Is.EqualTo("\"Bearer of-the-function\""));
    }

    private static async Task<string> SayAsync(HttpClient client, string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/fn/hook/");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (text.Contains("isolate", StringComparison.Ordinal))
        {
            Assert.Ignore($"This machine cannot isolate functions, so nothing is shown here: {text}");
        }

        return text;
    }
}
