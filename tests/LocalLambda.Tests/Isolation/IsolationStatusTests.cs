using System.Text.Json;
using Roost.LocalLambda.Tests.Http;

namespace Roost.LocalLambda.Tests.Isolation;

internal sealed class IsolationStatusTests : HttpFixture
{
    [Test]
    public async Task A_function_tells_what_stands_around_it()
    {
        Python("f", "def handler(event, context): pass");
        await ServeAsync();

        using var function = JsonDocument.Parse(await Client.GetStringAsync("/api/v1/functions/f"));

        var isolation = function.RootElement.GetProperty("isolation");
        Assert.That(isolation.GetProperty("mode").GetString(), Is.EqualTo("sandbox"));
        Assert.That(isolation.GetProperty("systemCalls").GetString(), Is.EqualTo("filtered"));
        Assert.That(isolation.GetProperty("memory").GetString(), Is.AnyOf("control group", "watch"));
        Assert.That(function.RootElement.GetProperty("network").GetString(), Is.EqualTo("none"));
    }

    [Test]
    public async Task Without_isolation_functions_run_and_say_so()
    {
        Python("f", "import os\ndef handler(event, context):\n    return os.path.exists('/proc/1/root')");
        await StartAsync(options => options.Isolation = IsolationMode.None);

        Assert.That(Host.Isolation!.Mode, Is.EqualTo("none"));
        Assert.That(Host.Isolation.Weaknesses, Has.Some.StartsWith("functions run with all rights of the daemon's user"));
        Assert.That(await AnswerAsync("f"), Is.AnyOf("true", "false"));
    }
}
