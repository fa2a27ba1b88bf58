namespace Roost.Cli.Tests.Output;

public sealed class InteractiveTableTests
{
    private const string Functions = """{"functions":[{"name":"on-bump","state":"ready","faults":["[red]x[/]\u001b[2J"]}]}""";

    [TestCase("1")]
    [TestCase("0")]
    public async Task With_NO_COLOR_a_person_gets_the_table_without_escape_sequences(string value)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Functions);

        var run = await RoostRun.RunAsync(["fn", "list", "--socket", daemon.Socket], interactive: true, environment: new Dictionary<string, string> { ["NO_COLOR"] = value });

        Assert.That(run.Output, Does.Contain("FUNCTION").And.Contain("on-bump").And.Not.Contain("\u001b"));
    }

    [Test]
    public async Task What_looks_like_markup_is_text()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Functions);

        var run = await RoostRun.RunAsync(["fn", "list", "--socket", daemon.Socket], interactive: true);

        Assert.That(run.Output, Does.Contain("[red]x[/]").And.Not.Contain("\u001b[2J"));
    }
}
