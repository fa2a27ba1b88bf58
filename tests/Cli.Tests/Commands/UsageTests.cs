namespace Roost.Cli.Tests.Commands;

public sealed class UsageTests
{
    [TestCase]
    [TestCase("dance")]
    [TestCase("status", "now")]
    [TestCase("shadow")]
    [TestCase("shadow", "get")]
    [TestCase("shadow", "update", "vac-01")]
    [TestCase("fn", "invoke")]
    [TestCase("pub", "a")]
    [TestCase("pub", "a", "b", "--qos", "2")]
    [TestCase("pub", "a", "b", "--qos", "one")]
    [TestCase("sub")]
    [TestCase("sub", "a", "-n", "0")]
    [TestCase("stream", "tail", "t", "--from", "-1")]
    [TestCase("stream", "tail", "t", "-n", "0")]
    [TestCase("status", "--url", "ftp://x")]
    [TestCase("status", "--url", "nonsense")]
    public async Task Arguments_that_make_no_sense_end_with_2_and_one_line(params string[] arguments)
    {
        var run = await RoostRun.RunAsync(arguments);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error.TrimEnd(), Does.StartWith("roost: ").And.Contain("--help").And.Not.Contain("\n"));
        Assert.That(run.Output, Is.Empty);
    }

    [TestCase("--help")]
    [TestCase("shadow", "--help")]
    [TestCase("sub", "-h")]
    [TestCase("--version")]
    public async Task Help_and_version_need_no_daemon(params string[] arguments)
    {
        var run = await RoostRun.RunAsync(arguments);

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Is.Not.Empty);
    }
}
