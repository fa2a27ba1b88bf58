using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost hardware list|lines|sensors|set</c>.</summary>
internal static class HardwareCommands
{
    private const string Path = "/api/v1/hardware";
    private const string Simulated = "simulated";

    public static Command Create(GlobalOptions options, Terminal terminal) => new("hardware", "Lines and sensors of the gateway's machine, and the things that they are")
    {
        List(options, terminal),
        Lines(options, terminal),
        Sensors(options, terminal),
        Set(options, terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "Configured lines and sensors: what each is now, and what is wrong; --json has the chips too");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var hardware = await run.Daemon.GetJsonAsync(Path, "hardware", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(hardware.RootElement);
                return ExitCode.Done;
            }

            var table = new Table("THING", "PROPERTY", "VALUE", "AT", "SOURCE", "FAULT");
            foreach (var point in Listing.Of(hardware.RootElement, "points"))
            {
                table.Add(JsonText.Cell(point, "thing"), JsonText.Cell(point, "property"), JsonText.Cell(point, "value"), JsonText.Time(point, "at"), JsonText.Cell(point, "source"), JsonText.Cell(point, "fault"));
            }

            run.Write(table);
            if (table.Rows.Count == 0)
            {
                await run.Terminal.Error.WriteLineAsync("roost: no line or sensor is configured: 'hardware' in roost.yaml names them; 'roost hardware lines' and 'roost hardware sensors' list what there is");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Lines(GlobalOptions options, Terminal terminal)
    {
        var all = new Option<bool>("--used") { Description = "Only lines that somebody uses" };
        var command = new Command("lines", "All lines of all GPIO chips, and who uses them") { all };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var hardware = await run.Daemon.GetJsonAsync(Path, "hardware", cancellationToken);
            var chips = Listing.Of(hardware.RootElement, "chips").ToList();
            if (run.Json)
            {
                await run.WriteJsonAsync(hardware.RootElement.GetProperty("chips"));
                return ExitCode.Done;
            }

            var table = new Table("CHIP", "LINE", "NAME", "DIRECTION", "USED BY", "POINT", "ACTIVE", "PULL");
            foreach (var chip in chips)
            {
                foreach (var line in Listing.Of(chip, "lines").Where(line => !run.Get(all) || IsUsed(line)))
                {
                    table.Add(
                        JsonText.Cell(chip, "name"), JsonText.Cell(line, "offset"), JsonText.Cell(line, "name"), JsonText.Cell(line, "direction"),
                        IsUsed(line) && JsonText.Cell(line, "consumer").Length == 0 ? "somebody" : JsonText.Cell(line, "consumer"), JsonText.Cell(line, "point"), JsonText.Cell(line, "active"), JsonText.Cell(line, "pull"));
                }
            }

            run.Write(table);
            if (chips.Count == 0)
            {
                await run.Terminal.Error.WriteLineAsync("roost: this machine has no GPIO chip (/dev/gpiochip*); for a try without one there is chip: simulated");
            }

            var faults = chips.Select(static chip => JsonText.Cell(chip, "fault")).Where(static fault => fault.Length > 0).ToList();
            foreach (var fault in faults)
            {
                await run.Terminal.Error.WriteLineAsync($"roost: {run.Text(fault)}");
            }

            return faults.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;

        static bool IsUsed(JsonElement line) => line.GetProperty("used").ValueKind == JsonValueKind.True;
    }

    private static Command Sensors(GlobalOptions options, Terminal terminal)
    {
        var yaml = new Option<bool>("--yaml") { Description = "As items of hardware.sensors, to be copied into roost.yaml" };
        var command = new Command("sensors", "All sensors that the kernel has, with their values; 1-Wire ones are not read for it") { yaml };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var answer = await run.Daemon.GetJsonAsync($"{Path}/sensors", "sensors", cancellationToken);
            var sensors = Listing.Of(answer.RootElement, "sensors").ToList();
            if (run.Json)
            {
                await run.WriteJsonAsync(answer.RootElement.GetProperty("sensors"));
                return ExitCode.Done;
            }

            if (run.Get(yaml))
            {
                await run.Terminal.Out.WriteAsync(SensorYaml.Of(sensors));
                return ExitCode.Done;
            }

            var table = new Table("SOURCE", "DEVICE", "CHANNEL", "VALUE", "UNIT", "LABEL");
            foreach (var sensor in sensors)
            {
                table.Add(
                    JsonText.Cell(sensor, "source"), JsonText.Cell(sensor, "device"), JsonText.Cell(sensor, "channel"),
                    JsonText.Cell(sensor, "value"), JsonText.Cell(sensor, "unit"), JsonText.Cell(sensor, "label"));
            }

            run.Write(table);
            if (sensors.Count == 0)
            {
                await run.Terminal.Error.WriteLineAsync("roost: the kernel has no sensor: no driver is loaded, or no bus turned on");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Set(GlobalOptions options, Terminal terminal)
    {
        var chip = new Argument<string>("chip") { Description = $"{Simulated}: real inputs are set by what is wired to them, and outputs by the shadows of their things" };
        var line = new Argument<string>("line") { Description = "Its name, as GPIO17, or its offset" };
        var level = new Argument<string>("level") { Description = "high or 1, low or 0, or open for nothing connected" };
        var command = new Command("set", "Put a voltage on a line of the simulated chip, as a wire would") { chip, line, level };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            if (run.Get(chip) != Simulated)
            {
                throw new DaemonException($"{run.Get(chip)} is not {Simulated}: a real input is set by what is wired to it, and an output by its thing's desired state ('roost shadow update THING')");
            }

            var word = run.Get(level) switch
            {
                "1" or "high" => "high",
                "0" or "low" => "low",
                "open" => "open",
                var text => throw new DaemonException($"{text} is no level; write high or 1, low or 0, or open for nothing connected"),
            };
            using var answer = await run.Daemon.SendJsonAsync(
                HttpMethod.Put, $"{Path}/{Simulated}/{PathSegment.Encode(run.Get(line))}?level={PathSegment.Encode(word)}", null, $"line {run.Get(line)}", cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }
}
