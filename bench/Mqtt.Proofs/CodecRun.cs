using System.Diagnostics;
using Roost.Mqtt.Tests.Protocol;

namespace Roost.Mqtt.Proofs;

/// <summary>Ten million inputs by default, on as many threads as asked for, each with a seed of its own.</summary>
internal static class CodecRun
{
    public static int Run(Arguments arguments)
    {
        var count = (long)arguments.Number("count", 10_000_000);
        var threads = arguments.Integer("threads", Environment.ProcessorCount);
        var seed = arguments.Integer("seed", Environment.TickCount & 0xFFFFF);
        var runs = Enumerable.Range(0, threads).Select(index => new CodecFuzz(seed + index)).ToList();
        var faults = new List<string>();
        var began = Stopwatch.GetTimestamp();
        var workers = runs.ConvertAll(run => new Thread(() => Work(run, (count + threads - 1) / threads, faults)));
        workers.ForEach(static worker => worker.Start());
        workers.ForEach(static worker => worker.Join());
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var total = runs.Sum(static run => run.Count);
        string Share(int outcome) => $"{100.0 * runs.Sum(run => run.Outcomes[outcome]) / total:0.0} %";
        Console.WriteLine($"{total:N0} inputs in {seconds:0.0} s on {threads} threads, {total / seconds:N0} a second (seeds {seed} to {seed + threads - 1})");
        Console.WriteLine($"sound {Share(0)}, more to come {Share(1)}, refused {Share(2)}; {faults.Count} faults");
        faults.ForEach(Console.Error.WriteLine);
        return faults.Count > 0 ? 1 : 0;
    }

    private static void Work(CodecFuzz run, long count, List<string> faults)
    {
        try
        {
            run.Run(count);
        }
        catch (CodecFaultException fault)
        {
            lock (faults)
            {
                faults.Add(fault.ToString());
            }
        }
    }
}
