using System.Globalization;
using System.Text;
using Roost.LocalLambda;
using Roost.LocalLambda.Bench;

// usage: dotnet run -c Release --project bench/LocalLambda.Bench [rounds, default 5] [warm calls per round, default 1000] [cold starts per round, default 6]
// What does an invocation cost above what cannot be had for less? Cold: a sandbox and the bare interpreter. Warm: an echo by the same
// interpreter on a unix socket. Function and peer take turns, in one process and one run, so that both see the same machine.
var rounds = Argument(0, 5);
var calls = Argument(1, 1000);
var starts = Argument(2, 6);

Console.WriteLine($"{rounds} rounds of {calls} warm calls and {starts} cold starts each; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, {Environment.ProcessorCount} processors");
Console.WriteLine("milliseconds: median of the rounds' medians (lowest to highest round); ratio of the medians");
var refilled = TimeSpan.FromSeconds(2); // a spare is replaced half a second after it was taken
await using var gateway = await Gateway.StartAsync(coldFunctions: rounds * starts, spares: 0);
foreach (var interpreter in Interpreter.All)
{
    await using var echo = await BareEcho.StartAsync(interpreter, gateway.Folder);
    var (cold, bare, warm, direct, bareEcho) = (new Rounds(), new Rounds(), new Rounds(), new Rounds(), new Rounds());
    await gateway.InvokeAsync(interpreter.Warm); // one warm worker; the rest of the first calls is in the first round, which the median forgives
    for (var round = 0; round < rounds; round++)
    {
        for (var i = 0; i < starts; i++)
        {
            await bare.MeasureAsync(() => BareSandbox.RunAsync(interpreter));
            await cold.MeasureAsync(() => gateway.InvokeAsync(interpreter.Cold((round * starts) + i)));
        }

        for (var i = 0; i < calls; i++)
        {
            await bareEcho.MeasureAsync(echo.CallAsync);
            await warm.MeasureAsync(() => gateway.PostAsync(interpreter.Warm));
            await direct.MeasureAsync(() => gateway.InvokeAsync(interpreter.Warm));
        }

        foreach (var series in new[] { cold, bare, warm, direct, bareEcho })
        {
            series.EndRound();
        }
    }

    var (spare, interpreterAlone) = (new Rounds(), new Rounds());
    await using (var prepared = await Gateway.StartAsync(coldFunctions: rounds * starts, spares: 1))
    {
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < starts; i++)
            {
                await Task.Delay(refilled, TimeProvider.System);
                await interpreterAlone.MeasureAsync(() => BareSandbox.RunBareAsync(interpreter));
                await spare.MeasureAsync(() => prepared.InvokeAsync(interpreter.Cold((round * starts) + i)));
            }

            spare.EndRound();
            interpreterAlone.EndRound();
        }
    }

    Console.WriteLine($"{interpreter.Name,-8} cold: invocation {cold}, bwrap + interpreter {bare}, ratio {cold.Median / bare.Median:0.00}; interpreter alone {interpreterAlone}; invocation with a spare {spare}");
    Console.WriteLine($"{interpreter.Name,-8} warm: over HTTP {warm}, within the process {direct}, socket echo {bareEcho}, ratios {warm.Median / bareEcho.Median:0.00} and {direct.Median / bareEcho.Median:0.00}");
}

int Argument(int index, int fallback) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : fallback;
