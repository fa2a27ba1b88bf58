namespace Roost.Cli.Tests.Commands;

public sealed class HardwareTests
{
    private const string Hardware = """
        {"points":[
          {"thing":"door","property":"open","source":"line GPIO17","output":false,"value":true,"at":"2026-11-21T10:00:00Z","fault":null},
          {"thing":"gate","property":"open","source":"gpiochip7 line 3","output":false,"value":null,"fault":"there is no chip gpiochip7"}],
         "chips":[
          {"name":"gpiochip0","label":"pinctrl-bcm2711","fault":null,"lines":[
            {"offset":16,"name":"GPIO16","used":false,"consumer":"","direction":"in","active":"high","pull":null,"drive":"push-pull","point":null},
            {"offset":17,"name":"GPIO17","used":true,"consumer":"roost","direction":"in","active":"low","pull":"up","drive":"push-pull","point":"door.open"},
            {"offset":18,"name":"a\u001b[2Jb","used":true,"consumer":"","direction":"out","active":"high","pull":null,"drive":"push-pull","point":null}]},
          {"name":"gpiochip1","label":"","fault":"/dev/gpiochip1 may not be opened","lines":[]}]}
        """;

    [Test]
    public async Task Points_are_listed_with_their_values_and_faults()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Hardware);

        var run = await RoostRun.AtAsync(daemon, "hardware", "list");
        Assert.That(run.Output, Is.EqualTo("""
            THING  PROPERTY  VALUE  AT                        SOURCE            FAULT
            door   open      true   2026-11-21T10:00:00.000Z  line GPIO17
            gate   open                                       gpiochip7 line 3  there is no chip gpiochip7

            """));
        Assert.That(run.ExitCode, Is.Zero);
    }

    [Test]
    public async Task Lines_are_listed_with_who_uses_them_and_a_chip_that_cannot_be_looked_at_is_a_failure()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Hardware);

        var run = await RoostRun.AtAsync(daemon, "hardware", "lines", "--used");
        Assert.That(run.Output, Is.EqualTo($"""
            CHIP       LINE  NAME    DIRECTION  USED BY   POINT      ACTIVE  PULL
            gpiochip0  17    GPIO17  in         roost     door.open  low     up
            gpiochip0  18    a{'\uFFFD'}[2Jb  out        somebody             high

            """));
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: /dev/gpiochip1 may not be opened\n")));
    }

    [TestCase("1", "high")]
    [TestCase("0", "low")]
    [TestCase("open", "open")]
    public async Task A_simulated_line_is_set(string word, string level)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        Assert.That((await RoostRun.AtAsync(daemon, "hardware", "set", "simulated", "GPIO17", word)).ExitCode, Is.Zero);
        Assert.That(daemon.Requests, Is.EqualTo(new[] { $"PUT /api/v1/hardware/simulated/GPIO17?level={level}" }));
    }

    [Test]
    public async Task Only_the_simulated_chip_is_set_by_hand()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, "hardware", "set", "gpiochip0", "17", "1");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: gpiochip0 is not simulated: a real input is set by what is wired to it, and an output by its thing's desired state ('roost shadow update THING')\n")));
        Assert.That(daemon.Requests, Is.Empty);
    }
}
