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
}
