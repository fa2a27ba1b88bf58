using System.Diagnostics;
using System.Globalization;

namespace Roost.Mqtt.Proofs.Soak;

/// <summary>Does memory stay where it is, while clients come and go?</summary>
internal static class SoakRun
{
    private static readonly TimeSpan s_sampleEvery = TimeSpan.FromSeconds(5);

    public static int Run(Arguments arguments)
    {
        var length = TimeSpan.FromMinutes(arguments.Number("minutes", 20));
        var rate = arguments.Integer("rate", 5000);
        var limit = arguments.Number("limit", 6);
        using var broker = BrokerUnderTest.Start(arguments);
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, arguments.Integer("clients", 200)).Select(number => new SoakClient(broker.Port, number, 200)).ToList();
        var lives = clients.ConvertAll(client => client.RunAsync(stop.Token));
        var began = Stopwatch.GetTimestamp();
        var pacing = new Thread(() => Pace(clients, rate, stop.Token));
        pacing.Start();
        var samples = Watch(broker, length);
        var processor = broker.ProcessorTime().TotalSeconds / Stopwatch.GetElapsedTime(began).TotalSeconds;
        stop.Cancel();
        pacing.Join();
        Task.WhenAll(lives).Wait(TimeSpan.FromSeconds(30));
        return Judge(samples, length, limit, processor, broker.HasExited);
    }

    /// <summary>So many messages a second from clients picked at random; those that are away let theirs pass, so more are asked.</summary>
    private static void Pace(List<SoakClient> clients, int rate, CancellationToken stop)
    {
        var random = new Random(1);
        var began = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            var due = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * rate);
            for (var tries = 0; SoakClient.Published < due && tries < 2000; tries++)
            {
                clients[random.Next(clients.Count)].Publish(random);
            }

            Pause.For(TimeSpan.FromMilliseconds(5));
        }
    }

    private static List<(TimeSpan Time, double Value)> Watch(BrokerUnderTest broker, TimeSpan length)
    {
        var samples = new List<(TimeSpan, double)>();
        var began = Stopwatch.GetTimestamp();
        var said = 0;
        while (Stopwatch.GetElapsedTime(began) < length && !broker.HasExited)
        {
            Pause.For(s_sampleEvery);
            var time = Stopwatch.GetElapsedTime(began);
            samples.Add((time, broker.RssMiB()));
            if ((int)time.TotalMinutes > said)
            {
                said = (int)time.TotalMinutes;
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{said} min: {samples[^1].Item2:0.0} MiB, {SoakClient.Published:N0} published, {SoakClient.Delivered:N0} delivered, {SoakClient.Connects:N0} connects"));
            }
        }

        return samples;
    }

    private static int Judge(List<(TimeSpan Time, double Value)> samples, TimeSpan length, double limit, double processor, bool hasExited)
    {
        // The first three tenths are warming up: the table of 65,536 topics fills, buffers find their sizes, code is compiled.
        var settled = samples.Where(sample => sample.Time > 0.3 * length).ToList();
        var slope = new Slope(settled);
        var isRising = slope.PerHour > limit && slope.PerHour > 2 * slope.Error;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{length.TotalMinutes:0} min, {SoakClient.Published / length.TotalSeconds:N0} messages/s published, {SoakClient.Delivered / length.TotalSeconds:N0} delivered, {SoakClient.Connects:N0} connects, {SoakClient.Refused:N0} connections lost to the broker, {processor * 100:0} % of a core"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"RSS {slope.Mean:0.0} MiB ({settled.Min(static sample => sample.Value):0.0} to {settled.Max(static sample => sample.Value):0.0}), slope {slope.PerHour:+0.0;-0.0} MiB/h, standard error {slope.Error:0.0}"));
        Console.WriteLine(hasExited ? "FAILED: the broker has ended" : isRising ? $"FAILED: it rises by more than {limit} MiB/h" : "it does not grow");
        return hasExited || isRising ? 1 : 0;
    }
}
