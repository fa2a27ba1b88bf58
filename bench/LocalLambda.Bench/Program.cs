using System.Globalization;
using Roost.LocalLambda.Bench;

// usage: dotnet run -c Release --project bench/LocalLambda.Bench [rounds, default 5] [warm calls per round, default 400] [cold starts per round, default 4]
// What does an invocation cost above what cannot be had for less? Cold: a sandbox and the bare interpreter. Warm: an echo by the same
// interpreter on a unix socket. Functions and peers take turns, in one process and one run, so that all see the same machine. Some 60 s
// on two cores that have nothing else to do; run it when they have not.
var (rounds, calls, starts) = (Argument(0, 5), Argument(1, 400), Argument(2, 4));
var warmUps = 1; // cold starts before the first that counts: files come into memory, and the bootstraps are compiled
var settled = TimeSpan.FromSeconds(1.2); // a spare is replaced half a second after it was taken, and then it starts

Console.WriteLine($"{rounds} rounds of {calls} warm calls and {starts} cold starts each; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, {Environment.ProcessorCount} processors");
Console.WriteLine("milliseconds: median of the rounds' medians (lowest to highest round); ratio: median of the rounds' ratios (lowest to highest round)");
await using var plain = await Gateway.StartAsync(coldFunctions: warmUps + (rounds * starts), spares: 0);
await using var prepared = await Gateway.StartAsync(coldFunctions: warmUps + (rounds * starts), spares: 1);
foreach (var interpreter in Interpreter.All)
{
    await using var echo = await BareEcho.StartAsync(interpreter, plain.Folder);
    Rounds bare = new("interpreter alone"), sandbox = new("bwrap + interpreter"), cold = new("invocation, cold"), spare = new("invocation, from a spare");
    Rounds bareEcho = new("socket echo"), direct = new("invocation within the process"), warm = new("invocation over HTTP");
    await plain.InvokeAsync(interpreter.Warm);
    await plain.InvokeAsync(interpreter.Cold(0));
    await prepared.InvokeAsync(interpreter.Cold(0));
    await Task.Delay(settled * 2, TimeProvider.System);
    for (var round = 0; round < rounds; round++)
    {
        for (var i = 0; i < starts; i++)
        {
            var function = interpreter.Cold(warmUps + (round * starts) + i);
            await bare.MeasureAsync(() => BareSandbox.RunBareAsync(interpreter));
            await sandbox.MeasureAsync(() => BareSandbox.RunAsync(interpreter));
            await cold.MeasureAsync(() => plain.InvokeAsync(function));
            await spare.MeasureAsync(() => prepared.InvokeAsync(function));
            await Task.Delay(settled, TimeProvider.System);
        }

        for (var i = 0; i < calls; i++)
        {
            await bareEcho.MeasureAsync(echo.CallAsync);
            await warm.MeasureAsync(() => plain.PostAsync(interpreter.Warm));
            await direct.MeasureAsync(() => plain.InvokeAsync(interpreter.Warm));
        }

        foreach (var series in new[] { bare, sandbox, cold, spare, bareEcho, direct, warm })
        {
            series.EndRound();
        }
    }

    Console.WriteLine($"{interpreter.Name}, cold");
    Console.WriteLine($"  {bare}");
    Console.WriteLine($"  {sandbox}");
    Console.WriteLine($"  {cold}, {cold.Over(sandbox)}");
    Console.WriteLine($"  {spare}, {spare.Over(sandbox)}, {spare.Over(bare)}");
    Console.WriteLine($"{interpreter.Name}, warm");
    Console.WriteLine($"  {bareEcho}");
    Console.WriteLine($"  {direct}, {direct.Over(bareEcho)}");
    Console.WriteLine($"  {warm}, {warm.Over(bareEcho)}");
}

int Argument(int index, int fallback) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : fallback;
