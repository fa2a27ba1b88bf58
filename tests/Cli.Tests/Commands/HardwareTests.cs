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

    private const string Sensors = """
        {"sensors":[
          {"source":"thermal","device":"cpu-thermal","channel":"temp","label":null,"value":51.54,"unit":"°C"},
          {"source":"hwmon","device":"lm75@1-0048","channel":"temp1","label":"a\u001b[2Jb","value":null,"unit":"°C"},
          {"source":"w1","device":"28-00000a1b2c3d","channel":"temperature","label":null,"value":null,"unit":"°C"},
          {"source":"iio","device":"x\": [\n","channel":"temp","label":null,"value":1,"unit":"°C"},
          {"source":"throttling","device":"firmware","channel":"any","label":null,"value":false,"unit":""}]}
        """;

    [Test]
    public async Task Sensors_that_are_there_are_listed()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Sensors);

        var run = await RoostRun.AtAsync(daemon, "hardware", "sensors");
        Assert.That(run.Output, Does.StartWith("SOURCE").And.Contain("thermal").And.Contain("51.54  °C"));
        Assert.That(run.Output, Does.Not.Contain('\u001b'), "what a driver calls itself does nothing to the terminal");
        Assert.That(daemon.Requests, Is.EqualTo(new[] { "GET /api/v1/hardware/sensors" }));
    }

    [Test]
    public async Task Sensors_are_told_as_items_of_the_configuration_whatever_their_names_are()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Sensors);

        var run = await RoostRun.AtAsync(daemon, "hardware", "sensors", "--yaml");
        Assert.That(run.Output, Is.EqualTo("""
            - { thing: gateway, property: cpu-thermal, source: thermal, device: cpu-thermal, channel: temp }
            - { thing: gateway, property: lm75-1-0048-temp1, source: hwmon, device: "lm75@1-0048", channel: temp1 }
            - { thing: gateway, property: 28-00000a1b2c3d, source: w1, device: "28-00000a1b2c3d", channel: temperature }
            - { thing: gateway, property: x, source: iio, device: "x\u0022: [\n", channel: temp }
            - { thing: gateway, property: firmware-any, source: throttling, channel: any }

            """));
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
    public async Task A_level_that_there_is_not_is_refused_in_the_words_of_the_command()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, "hardware", "set", "simulated", "GPIO17", "dunno");
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: dunno is no level; write high or 1, low or 0, or open for nothing connected\n")));
        Assert.That(daemon.Requests, Is.Empty);
    }

    [TestCase("list", "roost: no line or sensor is configured: 'hardware' in roost.yaml names them; 'roost hardware lines' and 'roost hardware sensors' list what there is\n")]
    [TestCase("lines", "roost: this machine has no GPIO chip (/dev/gpiochip*); for a try without one there is chip: simulated\n")]
    [TestCase("sensors", "roost: the kernel has no sensor: no driver is loaded, or no bus turned on\n")]
    public async Task An_empty_list_says_why(string command, string error)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"points":[],"chips":[],"sensors":[]}""");

        var run = await RoostRun.AtAsync(daemon, "hardware", command);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, error)));
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
