namespace Roost.Cli.Tests.Commands;

public sealed class UsageTests
{
    [TestCase]
    [TestCase("dance")]
    [TestCase("status", "now")]
    [TestCase("shadow")]
    [TestCase("shadow", "get")]
    [TestCase("shadow", "update", "vac-01")]
    [TestCase("shadow", "update", "--where", "thing=a")]
    [TestCase("shadow", "update", "vac-01", "{}", "--where", "thing=a")]
    [TestCase("shadow", "update", "{}", "--where", "thing=a", "--things", "a")]
    [TestCase("backup")]
    [TestCase("restore", "b.tar")]
    [TestCase("restore", "--data", "d")]
    [TestCase("shadow", "history")]
    [TestCase("shadow", "history", "vac-01", "--limit", "0")]
    [TestCase("fn", "invoke")]
    [TestCase("pub", "a")]
    [TestCase("pub", "a", "b", "--qos", "2")]
    [TestCase("pub", "a", "b", "--qos", "one")]
    [TestCase("sub")]
    [TestCase("fn", "logs", "x", "-n", "3", "--all")]
    [TestCase("fn", "logs", "x", "-n", "x")]
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

    [TestCase("'+' cannot stand in a topic", "pub", "a/+/b", "x")]
    [TestCase("'#' cannot stand in a topic", "pub", "#", "x")]
    [TestCase("it is empty", "pub", "", "x")]
    [TestCase("'#' must be last", "sub", "a/#/b")]
    [TestCase("'#' must be a whole level", "sub", "ok", "a/b#")]
    [TestCase("'+' must be a whole level", "sub", "a/b+")]
    [TestCase("it is empty", "sub", "")]
    [TestCase("THING comes before JSON", "shadow", "update", "{\"state\":{}}", "vac-01")]
    [TestCase("Did you mean status?", "stauts")]
    [TestCase("Did you mean tail?", "stream", "tial", "x")]
    [TestCase("Did you mean --json?", "status", "--jsn")]
    [TestCase("Did you mean --retain?", "pub", "a", "b", "--retian")]
    public async Task What_is_wrong_is_said_in_the_words_of_the_command(string expected, params string[] arguments)
    {
        var run = await RoostRun.RunAsync(arguments);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((2, run.Error)));
        Assert.That(run.Error, Does.Contain(expected));
    }

    [TestCase("roost shadow update has no option --dry-run. An argument", "shadow", "update", "--dry-run", "{}")]
    [TestCase("roost shadow update has no option --dry-run. An argument", "shadow", "update", "--where", "thing=a", "--dry-run", "{}")]
    [TestCase("roost shadow update has no option --nam. Did you mean --name?", "shadow", "update", "vac-01", "--nam", "cfg", "{}")]
    [TestCase("roost shadow update has no option --wher. Did you mean --where?", "shadow", "update", "--wher=thing=a", "{}")]
    [TestCase("roost shadow get has no option --nam. Did you mean --name?", "shadow", "get", "--nam")]
    [TestCase("roost pub has no option --retian. Did you mean --retain?", "pub", "--retian", "x")]
    public async Task An_option_that_is_none_does_not_become_an_argument(string expected, params string[] arguments)
    {
        var run = await RoostRun.RunAsync(arguments);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Error, Does.StartWith("roost: " + expected).And.Contain("--help\n"));
    }

    [Test]
    public async Task Behind_two_dashes_anything_is_an_argument()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        await RoostRun.RunAsync(["shadow", "get", "--socket", daemon.Socket, "--", "--odd"]);

        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /things/--odd/shadow"));
    }

    [TestCase("roost: roost client needs a command: list, show, kick. Try: roost client --help", "client")]
    [TestCase("roost: 'shwo' is no command of roost client. Did you mean show? Try: roost client --help", "client", "shwo", "x")]
    [TestCase("roost: -n is a number from 1 on, not '0'. Try: roost sub --help", "sub", "a", "-n", "0")]
    public async Task It_is_said_once(string expected, params string[] arguments) =>
        Assert.That((await RoostRun.RunAsync(arguments)).Error.TrimEnd(), Is.EqualTo(expected));

    [TestCase("list [PREFIX] ", "client", "--help")]
    [TestCase("show <CLIENT> ", "client", "--help")]
    [TestCase(" client list [PREFIX] [options]", "client", "list", "--help")]
    [TestCase("invoke <NAME> [JSON] ", "fn", "-h")]
    [TestCase("list [FILTER] ", "retained", "--help")]
    public async Task Help_has_what_may_be_left_out_in_square_brackets(string expected, params string[] arguments) =>
        Assert.That((await RoostRun.RunAsync(arguments)).Output, Does.Contain(expected));

    [TestCase("dance")]
    [TestCase("fn", "zz")]
    public async Task A_word_that_is_close_to_none_gets_no_suggestion(params string[] arguments) =>
        Assert.That((await RoostRun.RunAsync(arguments)).Error, Does.Not.Contain("Did you mean"));

    [TestCase("a/+/b")]
    [TestCase("+")]
    [TestCase("#")]
    [TestCase("a/#")]
    [TestCase("/")]
    [TestCase("$share/g/a/+")]
    public async Task A_filter_that_MQTT_allows_reaches_the_daemon(string filter)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}", 503);

        await RoostRun.AtAsync(daemon, "sub", filter);

        Assert.That(daemon.Requests, Has.Count.EqualTo(1));
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
